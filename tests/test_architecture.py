"""The guide as a test: who may import whom, and what stands where (CONTRIBUTING.md)."""

import ast
import re
from pathlib import Path

import click
import pytest

from blog import config

ROOT = Path(config.PROJECT)
BLOG = ROOT / "blog"
README = (ROOT / "README.md").read_text("utf-8")

# Left to right: a feature knows those before it.
FEATURES = (
    *("accounts", "site", "jobs", "mail", "media", "search", "posts", "comments"),
    "feeds",
    *("transfer", "operations", "admin"),
)
MODELS, DOMAIN, FORMS, ADAPTERS, FACTORY = 1, 2, 3, 4, 5
LAYERS = {
    "models": MODELS,
    "forms": FORMS,
    "guard": FORMS,
    "sessions": FORMS,
    "templating": FORMS,
    "fields": FORMS,
    "rights": FORMS,
    "views": ADAPTERS,
    "editor": ADAPTERS,
    "listing": ADAPTERS,
    "states": ADAPTERS,
    "reading": ADAPTERS,
    "selection": ADAPTERS,
    "health": ADAPTERS,
    "worker": ADAPTERS,
}
# What the domain may know of Flask: the settings of the operator.
ALLOWED_OF_FLASK = {"current_app"}

MODULES = sorted(BLOG.rglob("*.py"))
TEMPLATES = sorted((BLOG / "templates").rglob("*.html"))


def place(parts):
    """(layer, feature) of a module. ``("posts", "forms")`` is (3, 6); the kernel, 0."""
    if parts in ((), ("__init__",), ("cli",)):
        return FACTORY, 0
    if parts[0] not in FEATURES:
        return 0, 0
    name = parts[-1]  # a large feature has folders in it
    if BLOG.joinpath(*parts).is_dir() or name == "__init__":
        return MODELS, 0  # a docstring
    layer = LAYERS.get(name, DOMAIN)
    if name.endswith("_forms"):
        layer = FORMS
    if re.fullmatch(r"(\w+_)?(admin|cli|jobs|views)", name):
        layer = ADAPTERS
    return layer, FEATURES.index(parts[0])


def parts_of(path):
    return path.relative_to(BLOG).with_suffix("").parts


def imported(path):
    """The modules of the package that a module imports, as paths in it."""
    here = parts_of(path)[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            base = tuple((node.module or "").split(".")) if node.module else ()
            if node.level:
                base = (*here[: len(here) - node.level + 1], *base)
            elif base[:1] == ("blog",):
                base = base[1:]
            else:
                continue
            names = [(*base, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [
                tuple(alias.name.split(".")[1:])
                for alias in node.names
                if alias.name.split(".")[0] == "blog"
            ]
        for name in names:
            while name and not is_module(name):
                name = name[:-1]
            found.add(name)
    return found


def is_module(parts):
    path = BLOG.joinpath(*parts)
    return path.is_dir() or path.with_suffix(".py").is_file()


every_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(BLOG))
)


def test_the_measure_measures():
    assert len(MODULES) > 70
    assert place(("posts", "forms")) == (FORMS, 6)
    assert place(("posts", "terms", "selection_admin")) == (ADAPTERS, 6)
    assert place(("comments", "spam", "cli")) == (ADAPTERS, 7)
    assert place(("database",)) == place(("text", "slugs")) == (0, 0)
    assert imported(BLOG / "site" / "admin.py") > {("site", "forms"), ("database",)}
    assert imported(BLOG / "comments" / "models.py") > {("posts", "models")}


@every_module
def test_imports_point_down_or_left(path):
    here = place(parts_of(path))

    assert {name for name in imported(path) if place(name) > here} == set()


@every_module
def test_a_feature_begins_with_a_docstring_and_nothing_else(path):
    body = ast.parse(path.read_text("utf-8")).body
    assert ast.get_docstring(ast.Module(body, [])), "no docstring"
    if path.name == "__init__.py" and path.parent != BLOG:
        assert len(body) == 1


@every_module
def test_the_domain_knows_no_web(path):
    layer, _ = place(parts_of(path))
    if layer not in (MODELS, DOMAIN):
        return
    known = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and not node.level:
            package = (node.module or "").split(".")[0]
            if package.startswith(("flask", "wtforms", "werkzeug", "click")):
                known |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            known |= {
                alias.name
                for alias in node.names
                if alias.name.startswith(("flask", "wtforms", "werkzeug", "click"))
            }

    assert known - ALLOWED_OF_FLASK == set()


@every_module
def test_only_adapters_open_a_write(path):
    layer, _ = place(parts_of(path))
    if layer in (MODELS, DOMAIN) and parts_of(path)[0] != "operations":
        assert "write_transaction" not in {
            node.id
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Name)
        }


@every_module
def test_files_and_functions_stay_small(path):
    source = path.read_text("utf-8")
    assert source.count("\n") < 500
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 60, node.name


# Documents


def test_every_variable_is_in_the_readme_and_no_other():
    described = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))

    assert described == config.KNOWN | {"PORT"}
    mentioned = set(re.findall(r"\bBLOG_[A-Z_]+[A-Z]\b", README))
    assert mentioned <= config.KNOWN


def commands(group, name):
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def test_every_command_is_in_the_readme_and_no_other(app):
    described = {
        match[1].strip(): match[0]
        for match in re.finditer(r"^\| `(blog [a-z -]+)[^`]*`", README, re.MULTILINE)
    }
    known = dict(commands(app.cli, "blog"))

    assert set(described) == set(known)
    for name, command in known.items():
        options = {
            option
            for parameter in command.params
            for option in parameter.opts
            if option.startswith("--")
        }
        line = next(
            line for line in README.splitlines() if line.startswith(f"| `{name}")
        )
        assert set(re.findall(r"--[a-z-]+", line)) <= options, name


# Templates


def test_every_template_is_used():
    sources = "\n".join(path.read_text("utf-8") for path in [*MODULES, *TEMPLATES])
    for template in TEMPLATES:
        name = template.relative_to(BLOG / "templates").as_posix()
        assert re.search(rf"[\"']{re.escape(name)}[\"']", sources), name


@pytest.mark.parametrize(
    "template",
    TEMPLATES,
    ids=lambda path: path.relative_to(BLOG / "templates").as_posix(),
)
def test_a_template_imports_what_it_uses(template):
    source = template.read_text("utf-8")
    for names in re.findall(r"{%-? from \S+ import ([^%]+?)(?: with context)? -?%}",
                            source):  # fmt: skip
        for name in names.split(","):
            name = name.rpartition(" as ")[2].strip()
            assert len(re.findall(rf"\b{name}\b", source)) > 1, name
    for name in re.findall(r"{%-? import \S+ as (\w+)", source):
        assert f"{name}." in source, name


def test_every_macro_is_used():
    everything = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    for name in re.findall(r"{%-? macro (\w+)\(", everything):
        assert len(re.findall(rf"\b{name}\(", everything)) > 1, name


def test_every_static_file_is_used():
    static = BLOG / "static"
    sources = "\n".join(
        path.read_text("utf-8")
        for path in [
            *MODULES,
            *TEMPLATES,
            *static.rglob("*.css"),
            *static.rglob("*.js"),
        ]
    )
    for file in static.rglob("*"):
        if file.is_file():
            assert re.search(rf"\b{re.escape(file.stem)}\b", sources), file
