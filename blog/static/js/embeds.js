// Films that others keep. Nothing is asked of them before somebody wants to see one;
// without this module the card is a link to the film.

const words = document.querySelector("script[data-play]")?.dataset;

const players = {
  "embed-youtube": (url) => {
    const named = url.searchParams.get("v") ?? url.pathname.split("/").filter(Boolean).pop();
    const start = parseInt(url.searchParams.get("t") ?? url.searchParams.get("start"), 10);
    const since = start > 0 ? `&start=${start}` : "";
    return /^[\w-]{11}$/.test(named)
      && `https://www.youtube-nocookie.com/embed/${named}?autoplay=1${since}`;
  },
  "embed-vimeo": (url) => {
    const [, number, secret] = url.pathname.match(/^\/(?:video\/)?(\d+)(?:\/(\w+))?/) ?? [];
    return number
      && `https://player.vimeo.com/video/${number}?autoplay=1&dnt=1${secret ? `&h=${secret}` : ""}`;
  },
};

for (const [name, player] of Object.entries(players)) {
  for (const card of document.querySelectorAll(`.embed.${name}`)) {
    const link = card.querySelector("a");
    const address = player(new URL(link.href));
    if (!address || !words) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.play;
    const note = document.createElement("small");
    note.textContent = words.asks.replace("{host}", new URL(link.href).hostname);
    button.addEventListener("click", () => {
      const frame = document.createElement("iframe");
      frame.src = address;
      frame.title = link.textContent;
      frame.allow = "autoplay; fullscreen; picture-in-picture";
      frame.allowFullscreen = true;
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      card.replaceChildren(frame);
      card.classList.add("is-playing");
      frame.focus();
    });
    card.append(button, note);
  }
}
