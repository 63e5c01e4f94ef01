// What must hold on every page, whatever it shows: names, labels, one heading, nothing inline, nothing cut off.
() => {
  const wrong = [];
  const visible = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && e.getBoundingClientRect().width > 0;
  const named = (e) => (e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent || "").trim();
  if (document.querySelectorAll("h1").length !== 1) wrong.push(`${document.querySelectorAll("h1").length} h1`);
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title.includes("Rekindle")) wrong.push("no title");
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a, summary"))
    if (!named(e)) wrong.push(`without a name: ${e.outerHTML.slice(0, 120)}`);
  for (const e of document.querySelectorAll("img:not([alt]), svg:not([aria-hidden]):not([role])")) wrong.push(`image without words: ${e.outerHTML.slice(0, 80)}`);
  for (const e of document.querySelectorAll("[style], script:not([src]), [onclick], [onload]")) wrong.push(`inline: ${e.outerHTML.slice(0, 80)}`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`id twice: ${id}`);
  for (const e of document.querySelectorAll("[aria-labelledby]")) if (!document.getElementById(e.getAttribute("aria-labelledby"))) wrong.push("labelled by nothing");
  for (const e of document.querySelectorAll("table")) if (!e.querySelector("th[scope]")) wrong.push("table without headings");
  for (const e of document.querySelectorAll("time")) if (isNaN(Date.parse(e.dateTime))) wrong.push(`no time: ${e.dateTime}`);
  const levels = [...document.querySelectorAll("h1, h2, h3")].filter(visible).map((e) => +e.tagName[1]);
  levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) wrong.push(`heading jumps to h${level}`); });
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > edge) {
    const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > edge + 1).slice(0, 5);
    wrong.push(`wider than the screen: ${out.map((e) => `${e.tagName}.${e.className}`).join(" ")}`);
  }
  if (edge < 500)
    for (const e of document.querySelectorAll("main .button, .nav a, main .icon-button"))
      if (visible(e) && e.getBoundingClientRect().height < 40) wrong.push(`too small for a thumb: ${e.textContent.trim()}`);
  return wrong;
}
