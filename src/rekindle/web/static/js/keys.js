// Keys: / search · j k move · Enter opens · g then a letter goes to a page · ? help. Never while writing.

const GO_WITHIN = 1200;
let goUntil = 0;

const writing = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog[open]");

function move(step) {
  const rows = [...document.querySelectorAll("main .row-link")];
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement);
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function go(letter) {
  const link = document.querySelector(`.nav a[data-key="${CSS.escape(letter)}"]`);
  if (link) link.click();
}

function search() {
  const field = document.querySelector("main input[type=search]");
  if (!field) {
    go("l");
    return;
  }
  field.focus();
  field.select();
}

const doings = {
  "/": search,
  j: () => move(1),
  k: () => move(-1),
  g: () => { goUntil = Date.now() + GO_WITHIN; },
  r: () => document.querySelector("#write")?.focus(),
  "?": () => document.querySelector("#help")?.showModal(),
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (Date.now() < goUntil && event.key !== "g") {
    goUntil = 0;
    event.preventDefault();
    go(event.key);
  } else if (event.key in doings) {
    event.preventDefault();
    doings[event.key]();
  }
}

export function keys() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
