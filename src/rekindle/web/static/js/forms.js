// Forms: filters apply when changed, a click sends once, Ctrl+Enter sends what is written, texts count their length.

function applyFilter(event) {
  const form = event.target.closest("form[data-filter]");
  if (form && event.target.matches("select")) form.requestSubmit();
}

function once(event) {
  const form = event.target;
  if (form.method !== "post") return;
  const button = event.submitter ?? form.querySelector("button");
  if (button) setTimeout(() => { button.disabled = true; }, 0);
}

function sendByKey(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("textarea")) return;
  event.target.form?.requestSubmit();
}

function count(event) {
  const output = event.target.id && document.querySelector(`output[for="${CSS.escape(event.target.id)}"]`);
  if (output) output.textContent = event.target.value.length ? `${event.target.value.length} characters` : "";
}

function restored(event) {
  if (event.persisted) for (const button of document.querySelectorAll("button[disabled]")) button.disabled = false;
}

export function forms() {
  document.addEventListener("change", applyFilter);
  document.addEventListener("submit", once);
  document.addEventListener("keydown", sendByKey);
  document.addEventListener("input", count);
  window.addEventListener("pageshow", restored);
}
