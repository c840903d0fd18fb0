/* The buttons above a text: one stop for the Tab key, arrows from one to the next. */

import { make } from "./dialogs.js";

const SVG = "http://www.w3.org/2000/svg";
/* Drawn on a field of 20 by 20, in the colour of the text. */
const ICONS = {
  bullets: "M3 5h2M3 10h2M3 15h2M8 5h9M8 10h9M8 15h9",
  numbers: "M3.5 3v4M2.5 3.5l1-.5M2.5 9.5h2l-2 3h2M2.5 15h2v3h-2M8 5h9M8 10h9M8 16h9",
  quotation: "M4 4v12M8 6h9M8 10h9M8 14h6",
  link: "M8.5 11.5l3-3M9 6l2-2a3.5 3.5 0 0 1 5 5l-2 2M11 14l-2 2a3.5 3.5 0 0 1-5-5l2-2",
  note: "M3 6h8M3 10h7M3 14h9M15 3.5v6M13.5 4.5l1.5-1",
  picture: "M3 4h14v12H3zM3 14l4-4 3 3 3-3 4 4M7 7.2v.1",
  table: "M3 4h14v12H3zM3 8h14M3 12h14M8 4v12M13 4v12",
  language: "M3 10a7 7 0 1 0 14 0a7 7 0 1 0-14 0M3 10h14M10 3c3 3.500 3 10.500 0 14M10 3c-3 3.500-3 10.500 0 14",
  undo: "M7 5L3 9l4 4M3 9h9a4 4 0 0 1 0 8h-2",
  redo: "M13 5l4 4-4 4M17 9H8a4 4 0 0 0 0 8h2",
  source: "M7 5l-5 5 5 5M13 5l5 5-5 5",
};
const LETTERS = { bold: "strong", italic: "em" };

function icon(name) {
  if (LETTERS[name]) return make(LETTERS[name], { "aria-hidden": "true" }, name === "bold" ? "B" : "I");
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function toolbar(editor, words, acts) {
  const chain = () => editor.chain().focus();
  const style = make("select", { "aria-label": words.style, class: "prose-style" });
  style.append(make("option", { value: "" }, words.paragraph));
  for (const level of [2, 3, 4]) style.append(make("option", { value: level }, words[`heading${level}`]));
  style.addEventListener("change", () => {
    if (style.value) chain().setHeading({ level: Number(style.value) }).run();
    else chain().setParagraph().run();
  });

  const button = (name, run, isOn) => {
    const made = make("button", { type: "button", title: words[name], "aria-label": words[name] }, icon(name));
    made.addEventListener("click", run);
    return { made, isOn };
  };
  const buttons = [
    button("bold", () => chain().toggleBold().run(), () => editor.isActive("bold")),
    button("italic", () => chain().toggleItalic().run(), () => editor.isActive("italic")),
    button("bullets", () => chain().toggleBulletList().run(), () => editor.isActive("bulletList")),
    button("numbers", () => chain().toggleOrderedList().run(), () => editor.isActive("orderedList")),
    button("quotation", () => chain().toggleBlockquote().run(), () => editor.isActive("blockquote")),
    button("link", acts.link, () => editor.isActive("link")),
    button("note", acts.note, () => editor.isActive("footnote")),
    button("picture", acts.picture, () => editor.isActive("picture")),
    button("table", acts.table),
    button("language", acts.language, () => editor.isActive("phrase")),
    button("undo", () => chain().undo().run()),
    button("redo", () => chain().redo().run()),
  ];
  const source = button("source", acts.source);
  const bar = make("div", { role: "toolbar", "aria-label": words.toolbar, class: "prose-toolbar" }, style);
  bar.append(...buttons.map(({ made }) => made), source.made);

  const tableButton = (name, run) => {
    const made = make("button", { type: "button" }, words[name]);
    made.addEventListener("click", run);
    return made;
  };
  const tableBar = make(
    "div", { role: "toolbar", "aria-label": words.tableTools, class: "prose-toolbar prose-table-tools", hidden: true },
    tableButton("rowBelow", () => chain().addRowAfter().run()),
    tableButton("columnAfter", () => chain().addColumnAfter().run()),
    tableButton("deleteRow", () => chain().deleteRow().run()),
    tableButton("deleteColumn", () => chain().deleteColumn().run()),
    tableButton("headerRow", () => chain().toggleHeaderRow().run()),
    tableButton("caption", acts.caption),
    tableButton("deleteTable", () => chain().deleteTable().run()),
  );

  const show = () => {
    const level = [2, 3, 4].find((number) => editor.isActive("heading", { level: number }));
    style.value = level ?? "";
    for (const { made, isOn } of buttons) if (isOn) made.setAttribute("aria-pressed", String(isOn()));
    tableBar.hidden = !editor.isActive("table");
  };
  editor.on("transaction", show);
  show();
  roving(bar);
  roving(tableBar);
  return { bars: [bar, tableBar], source: source.made, others: [style, ...buttons.map(({ made }) => made)] };
}

function roving(bar) {
  const stops = () => [...bar.children].filter((element) => !element.disabled);
  const set = (current) => [...bar.children].forEach((element) => (element.tabIndex = element === current ? 0 : -1));
  set(bar.firstElementChild);
  bar.addEventListener("focusin", (event) => set(event.target));
  bar.addEventListener("keydown", (event) => {
    const all = stops();
    const place = all.indexOf(event.target);
    const next = {
      ArrowRight: all[(place + 1) % all.length],
      ArrowLeft: all[(place - 1 + all.length) % all.length],
      Home: all[0],
      End: all.at(-1),
    }[event.key];
    if (!next || (event.target.matches("select") && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    next.focus();
  });
}
