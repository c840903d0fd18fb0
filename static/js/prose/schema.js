/* What a text may hold. The server keeps to the same list (portal/lib/text.py). */

import {
  Blockquote, Bold, BulletList, Code, Document, Dropcursor, Extension, Gapcursor, HardBreak, Heading,
  HorizontalRule, Italic, ListItem, Mark, Node, OrderedList, Paragraph, Subscript, Superscript, Table,
  TableCell, TableHeader, TableRow, Text, UndoRedo,
} from "../../django_prose_editor/editor.js";

export const ADDRESS = /^(https?:\/\/|mailto:|\/(?!\/))/i;

const Link = Mark.create({
  name: "link",
  inclusive: false,
  addAttributes: () => ({ href: { default: null }, hreflang: { default: null } }),
  parseHTML: () => [
    { tag: "a[href]", getAttrs: (element) => ADDRESS.test(element.getAttribute("href").trim()) && null },
  ],
  renderHTML: ({ HTMLAttributes }) => ["a", HTMLAttributes, 0],
});

/* A phrase in another language: read aloud, hyphenated and checked as such. */
const Phrase = Mark.create({
  name: "phrase",
  addAttributes: () => ({ lang: { default: null } }),
  parseHTML: () => [{ tag: "span[lang]" }],
  renderHTML: ({ HTMLAttributes }) => ["span", HTMLAttributes, 0],
});

/* A reference that carries its note; numbers come from the stylesheet, and from the server. */
const Footnote = Node.create({
  name: "footnote",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({
    note: {
      default: "",
      parseHTML: (element) => element.dataset.note,
      renderHTML: ({ note }) => ({ "data-note": note }),
    },
  }),
  parseHTML: () => [{ tag: "sup[data-note]", priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ["sup", HTMLAttributes],
});

const Picture = Node.create({
  name: "picture",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes: () => ({
    src: {}, alt: { default: "" }, width: { default: null }, height: { default: null },
    caption: { default: "", rendered: false },
  }),
  parseHTML: () => [
    {
      tag: "figure",
      getAttrs: (figure) => {
        const image = figure.querySelector("img");
        return isOurs(image) && { ...valuesOf(image), caption: figure.querySelector("figcaption")?.textContent.trim() ?? "" };
      },
    },
    { tag: "figcaption", ignore: true },
    { tag: "img", getAttrs: (image) => isOurs(image) && valuesOf(image) },
    { tag: "img", ignore: true, priority: 10 },
  ],
  renderHTML: ({ node, HTMLAttributes }) =>
    node.attrs.caption
      ? ["figure", ["img", HTMLAttributes], ["figcaption", node.attrs.caption]]
      : ["figure", ["img", HTMLAttributes]],
});

function isOurs(image) {
  return Boolean(image) && /^(\/(fr|en|es)\/space)?\/pictures\/[\w-]{22}\.(jpg|png)$/.test(image.getAttribute("src"));
}

function valuesOf(image) {
  const value = (name) => image.getAttribute(name);
  return { src: value("src"), alt: value("alt") ?? "", width: value("width"), height: value("height") };
}

const TitledTable = Table.extend({
  addAttributes: () => ({
    caption: {
      default: "",
      parseHTML: (table) => table.querySelector("caption")?.textContent.trim() ?? "",
      rendered: false,
    },
  }),
  parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }],
  renderHTML: ({ node }) =>
    node.attrs.caption ? ["table", ["caption", node.attrs.caption], ["tbody", 0]] : ["table", ["tbody", 0]],
  addNodeView: () => null,
});

/* Cells have no width, colour or alignment of their own. */
const cellAttributes = () => {
  const span = (name) => ({
    default: 1,
    parseHTML: (cell) => Number(cell.getAttribute(name)) || 1,
    renderHTML: (values) => (values[name] > 1 ? { [name]: values[name] } : {}),
  });
  return { colspan: span("colspan"), rowspan: span("rowspan"), colwidth: { default: null, rendered: false } };
};

const Keys = Extension.create({
  name: "keys",
  addKeyboardShortcuts() {
    const open = (name) => () => {
      this.options.open(name);
      return true;
    };
    /* In a table the Tab key goes from cell to cell for ever: Escape leads out of the text. */
    return { "Mod-k": open("link"), "Mod-Alt-f": open("note"), Escape: open("toolbar") };
  },
});

export function extensions(open) {
  return [
    Document, Text, Paragraph, HardBreak, HorizontalRule, Blockquote, Bold, Italic, Code, Subscript, Superscript,
    Heading.configure({ levels: [2, 3, 4] }), BulletList, OrderedList, ListItem, Link, Phrase, Footnote, Picture,
    TitledTable, TableRow, TableHeader.extend({ addAttributes: cellAttributes }),
    TableCell.extend({ addAttributes: cellAttributes }), UndoRedo, Dropcursor, Gapcursor, Keys.configure({ open }),
  ];
}

/* A note is one line of words, links and emphasis. */
export function lineExtensions() {
  return [Document.extend({ content: "paragraph" }), Paragraph, Text, Bold, Italic, Link, Phrase, UndoRedo];
}
