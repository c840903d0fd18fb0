/* What word processors give, as the editor understands it. The server does the same again when a
   text is saved (portal/lib/tidying.py); here it is only so that people see at once what they get. */

const LEVEL = /mso-list:\s*(?!ignore)\S+\s+level([1-9])/i;
const NUMBERED = /^\(?(?:([0-9]{1,3})|[A-Za-z]|[ivxIVX]{1,4})[.)]/;
const HEADINGS = "h1, h2, h3, h4, h5, h6";

/* Style attributes are read under another name: the page’s policy would refuse them as they are. */
export function withoutStyles(html) {
  return html.replace(/<style[\s\S]*?<\/style\s*>/gi, "").replace(/(<[a-z][^>]*?\s)style(\s*=)/gi, "$1data-style$2");
}

function parsed(html) {
  return new DOMParser().parseFromString(withoutStyles(html), "text/html").body;
}

function styleOf(element) {
  return element.dataset.style ?? "";
}

/* The text with its notes inside their references, ready for the editor. */
export function forEditor(html) {
  const body = parsed(html);
  const isFromWord = /mso-|class="?Mso|urn:schemas-microsoft-com/i.test(html);
  body.querySelectorAll("style, script, title, meta, link, xml").forEach((element) => element.remove());
  takeStyles(body);
  makeLists(body);
  takeNotes(body);
  setHeadings(body);
  body.querySelectorAll("p, li, td, th").forEach((element) => {
    if (element.matches("p") && !element.textContent.trim() && !element.querySelector("img, sup")) element.remove();
  });
  body.querySelectorAll("[lang]").forEach((element) => {
    if (isFromWord || element.tagName !== "SPAN" || styleOf(element)) element.removeAttribute("lang");
  });
  body.querySelectorAll("ul > ul, ul > ol, ol > ul, ol > ol").forEach((list) => {
    if (list.previousElementSibling?.matches("li")) list.previousElementSibling.append(list);
  });
  return body.innerHTML;
}

function takeStyles(body) {
  for (const element of body.querySelectorAll("b, i, span, font")) {
    const has = (rule) => new RegExp(`(^|[;\\s])${rule}`, "i").test(styleOf(element));
    const isBold = has("font-weight:\\s*(bold|[6-9]00)");
    const isPlain = has("font-weight:\\s*(normal|[1-4]00)");
    const inHeading = element.closest(HEADINGS);
    if (element.matches("b") && (isPlain || inHeading)) unwrap(element);
    else if (element.matches("i") && has("font-style:\\s*normal")) unwrap(element);
    else if (element.matches("span, font")) {
      if (isBold && !inHeading) wrapContent(element, "strong");
      if (has("font-style:\\s*italic") && !inHeading) wrapContent(element, "em");
      if (has("vertical-align:\\s*super")) wrapContent(element, "sup");
      if (has("vertical-align:\\s*sub\\b")) wrapContent(element, "sub");
    }
  }
}

function unwrap(element) {
  element.replaceWith(...element.childNodes);
}

function wrapContent(element, tag) {
  const wrapper = document.createElement(tag);
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

function levelOf(element) {
  return element?.matches("p") ? Number(LEVEL.exec(styleOf(element))?.[1] ?? 0) : 0;
}

function makeLists(body) {
  for (const first of body.querySelectorAll("p")) {
    if (!first.isConnected || !levelOf(first)) continue;
    const run = [first];
    while (levelOf(run.at(-1).nextElementSibling)) run.push(run.at(-1).nextElementSibling);
    const stack = [];
    for (const paragraph of run) {
      const level = levelOf(paragraph);
      const number = NUMBERED.exec(takeMark(paragraph));
      const tag = number ? "ol" : "ul";
      while (stack.length && stack.at(-1).level > level) stack.pop();
      if (stack.at(-1)?.level === level && stack.at(-1).list.localName !== tag) stack.pop();
      if (!stack.length || stack.at(-1).level < level) {
        const list = document.createElement(tag);
        if (Number(number?.[1]) > 1) list.setAttribute("start", number[1]);
        if (stack.length) stack.at(-1).list.lastElementChild.append(list);
        else first.before(list);
        stack.push({ level, list });
      }
      const item = document.createElement("li");
      item.append(...paragraph.childNodes);
      stack.at(-1).list.append(item);
    }
    run.forEach((paragraph) => paragraph.remove());
  }
}

function takeMark(paragraph) {
  const span = [...paragraph.querySelectorAll("span")].find((element) =>
    /mso-list:\s*ignore/i.test(styleOf(element)),
  );
  span?.remove();
  return span?.textContent.trim() ?? "";
}

/* Two places that point at each other are a reference and its note, the first of them the reference. */
function takeNotes(body) {
  const links = [...body.querySelectorAll('a[href^="#"]')];
  const named = (name) => body.querySelector(`[id="${CSS.escape(name)}"], [name="${CSS.escape(name)}"]`);
  const used = new Set();
  const boxes = [];
  for (const link of links) {
    const target = named(link.getAttribute("href").slice(1));
    const own = [link.id, link.name].filter(Boolean).map((name) => `#${name}`);
    const back = links.find((other) => other !== link && own.includes(other.getAttribute("href")));
    if (!target || !back || used.has(link) || used.has(back)) continue;
    let box = target.closest("li, p, div, aside");
    if (box?.matches("p") && box.parentElement.matches("div[id], div[data-style*=footnote]")) box = box.parentElement;
    if (!box || box === body || !box.contains(back) || box.contains(link)) continue;
    used.add(link).add(back);
    back.remove();
    boxes.push(box);
    const mark = document.createElement("sup");
    mark.dataset.note = lineOf(box);
    const around = link.parentElement.matches("sup") ? link.parentElement : link;
    around.replaceWith(mark);
  }
  boxes.forEach((box) => box.remove());
  body.querySelectorAll("section").forEach((section) => section.remove());
  body.querySelectorAll("hr").forEach((line) => {
    if (boxes.length && !line.nextElementSibling) line.remove();
  });
}

/* What a note says as one line: words, links, emphasis. */
function lineOf(box) {
  const line = box.cloneNode(true);
  for (const element of line.querySelectorAll("*")) {
    if (!element.matches("a[href], em, strong, i, b, sub, sup") || element.matches('a[href^="#"]')) unwrap(element);
  }
  return line.innerHTML.replace(/&nbsp;|\s+/g, " ").replace(/^(\s|\[\]|<sup>\s*<\/sup>)+/, "").trim();
}

/* h1 is the title of the page: a text that uses it moves one step down as a whole. */
function setHeadings(body) {
  for (const element of body.querySelectorAll("p.MsoTitle, p.title")) rename(element, "h2");
  const step = body.querySelector("h1") ? 1 : 0;
  for (const heading of body.querySelectorAll(HEADINGS)) {
    rename(heading, `h${Math.max(2, Math.min(Number(heading.localName[1]) + step, 4))}`);
  }
}

function rename(element, tag) {
  const renamed = document.createElement(tag);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
}

/* The text as it is kept: notes numbered in the order of their references, at the end. */
export function forKeeping(html) {
  const body = parsed(html);
  const notes = [...body.querySelectorAll("sup[data-note]")].map((mark, index) => {
    const n = index + 1;
    const note = mark.dataset.note;
    mark.removeAttribute("data-note");
    mark.innerHTML = `<a href="#fn-${n}" id="fnref-${n}" role="doc-noteref">${n}</a>`;
    return `<li id="fn-${n}">${note} <a href="#fnref-${n}" role="doc-backlink">↩</a></li>`;
  });
  const kept = body.innerHTML + (notes.length ? `<section class="footnotes"><ol>${notes.join("")}</ol></section>` : "");
  return /^(<p><\/p>)*$/.test(kept) ? "" : kept;
}
