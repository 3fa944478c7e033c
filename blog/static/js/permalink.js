// Links of old lead to a page of comments that may hold others by now, and no server is
// told which one is meant. Where it is not on this page, its own address knows.

const [, id] = /^#comment-([0-9]{1,19})$/.exec(location.hash) ?? [];

if (id && !document.getElementById(`comment-${id}`)) {
  const address = `/c/${id}`;
  const answer = await fetch(address, { method: "HEAD" });
  const place = new URL(answer.url);
  if (answer.ok && place.pathname + place.search !== location.pathname + location.search) {
    location.replace(address);
  }
}
