// Live fragments: htmx asks, we say which version we hold, the server answers 304 when nothing changed.
// A fragment is never replaced under a person's hands, and what they unfolded stays unfolded.

const isLive = (element) => element instanceof Element && element.hasAttribute("data-live");

function busy(element) {
  const active = document.activeElement;
  const writing = active && element.contains(active) && active.matches("input, textarea, select");
  return writing || element.querySelector("details.menu[open]") !== null;
}

function before(event) {
  const element = event.detail.elt;
  if (isLive(element) && (document.hidden || busy(element))) event.preventDefault();
}

function askForNewer(event) {
  const element = event.detail.elt;
  if (isLive(element) && element.dataset.etag) event.detail.headers["If-None-Match"] = element.dataset.etag;
}

function remember(event) {
  const { elt, xhr } = event.detail;
  if (!isLive(elt)) return;
  const etag = xhr.status === 200 && xhr.getResponseHeader("ETag");
  if (etag) elt.dataset.etag = etag;
}

const ids = (element, selector) => new Set([...element.querySelectorAll(selector)].map((found) => found.id));
let unfolded = new Set();
let known = new Set();
let focused = null;

function beforeSwap(event) {
  const element = event.detail.elt;
  if (!isLive(element)) return;
  if (busy(element)) event.detail.shouldSwap = false;
  unfolded = ids(element, "details[open][id]");
  known = ids(element, "[data-item][id]");
  const active = document.activeElement;
  focused = active && element.contains(active) ? active.id || active.getAttribute("href") : null;
}

function afterSwap(event) {
  const element = event.detail.elt;
  if (!isLive(element)) return;
  for (const fold of element.querySelectorAll("details[id]")) if (unfolded.has(fold.id)) fold.open = true;
  for (const item of element.querySelectorAll("[data-item][id]")) {
    if (known.size && !known.has(item.id)) item.classList.add("fresh");
  }
  if (!focused) return;
  const again = [...element.querySelectorAll("a, button")].find((c) => c.id === focused || c.getAttribute("href") === focused);
  if (again) again.focus({ preventScroll: true });
}

export function live() {
  const body = document.body;
  body.addEventListener("htmx:beforeRequest", before);
  body.addEventListener("htmx:configRequest", askForNewer);
  body.addEventListener("htmx:beforeSwap", beforeSwap);
  body.addEventListener("htmx:afterRequest", remember);
  body.addEventListener("htmx:afterSwap", afterSwap);
}
