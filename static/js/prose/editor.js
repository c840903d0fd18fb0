/* Turns every field of prose on the page into an editor. The field stays what is sent; until
   somebody types, it holds exactly what the server wrote. */

import { Editor } from "../../django_prose_editor/editor.js";
import { askCaption, askDescription, askLanguage, askLink, askNote, askPicture, askTable, make } from "./dialogs.js";
import { forEditor, forKeeping, withoutStyles } from "./pasted.js";
import { extensions } from "./schema.js";
import { toolbar } from "./toolbar.js";

for (const box of document.querySelectorAll(".prose-editor:not(.is-ready)")) {
  box.classList.add("is-ready");
  mount(box);
}

function mount(box) {
  const field = box.querySelector("textarea");
  const words = JSON.parse(box.dataset.labels);
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  if (label) label.id ||= `${field.id}_label`;
  const place = make("div", { class: "prose" });
  const kept = () => field.value;
  const acts = {};

  const editor = new Editor({
    element: place,
    injectCSS: false,
    extensions: extensions((name) => acts[name]()),
    content: forEditor(kept()),
    editable: !field.readOnly && !field.disabled,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        spellcheck: "true",
        ...(field.lang ? { lang: field.lang } : {}),
        ...(label ? { "aria-labelledby": label.id } : { "aria-label": field.name }),
        ...copied(field, "aria-describedby", "aria-invalid"),
      },
      transformPastedHTML: (html) => (html.includes("data-pm-slice") ? withoutStyles(html) : forEditor(html)),
      handlePaste: (_view, event) => takeFile(event.clipboardData),
      handleDrop: (_view, event) => takeFile(event.dataTransfer),
      handleDoubleClickOn: (_view, _position, node) => openFor(node),
      handleKeyDown: (view, event) => event.key === "Enter" && openFor(view.state.selection.node),
    },
    onUpdate: () => {
      field.value = forKeeping(editor.getHTML());
      field.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });

  function openFor(node) {
    const name = { footnote: "note", picture: "picture" }[node?.type.name];
    if (!name) return false;
    acts[name]();
    return true;
  }

  function takeFile(transfer) {
    const isImage = [...(transfer?.files ?? [])].some((file) => /^image\/(jpeg|png)$/.test(file.type));
    if (!isImage || transfer.getData("text/html")) return false;
    acts.picture(transfer.files);
    return true;
  }

  const selected = (name) => (editor.state.selection.node?.type.name === name ? editor.state.selection.node.attrs : null);
  const chain = () => editor.chain().focus();
  const upload = (files) => ({
    address: box.dataset.pictures,
    token: field.form?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "",
    lang: field.lang,
    files: files instanceof FileList ? files : null,
  });

  Object.assign(acts, {
    toolbar: () => tools.bars[0].querySelector('[tabindex="0"]').focus(),
    link: async () => {
      const href = editor.getAttributes("link").href ?? "";
      const answer = await askLink(words, href);
      if (answer === "remove") chain().extendMarkRange("link").unsetMark("link").run();
      else if (answer && editor.state.selection.empty && !href) {
        chain().insertContent({ type: "text", text: answer.href, marks: [{ type: "link", attrs: answer }] }).run();
      } else if (answer) chain().extendMarkRange("link").setMark("link", answer).run();
    },
    note: async () => {
      const present = selected("footnote");
      const answer = await askNote(words, present?.note ?? "", field.lang);
      if (answer === "remove") chain().deleteSelection().run();
      else if (answer && present) chain().updateAttributes("footnote", answer).run();
      else if (answer) {
        chain().setTextSelection(editor.state.selection.to).insertContent({ type: "footnote", attrs: answer }).run();
      }
    },
    picture: async (files) => {
      const present = selected("picture");
      const answer = present ? await askDescription(words, present) : await askPicture(words, upload(files));
      if (answer === "remove") chain().deleteSelection().run();
      else if (answer && present) chain().updateAttributes("picture", answer).run();
      else if (answer) chain().insertContent({ type: "picture", attrs: answer }).run();
    },
    table: async () => {
      const answer = await askTable(words);
      if (!answer) return;
      const size = (text, most) => Math.max(1, Math.min(Number(text) || 1, most));
      chain().insertTable({ rows: size(answer.rows, 60), cols: size(answer.columns, 12), withHeaderRow: answer.header }).run();
      if (answer.caption) chain().updateAttributes("table", { caption: answer.caption }).run();
    },
    caption: async () => {
      const answer = await askCaption(words, editor.getAttributes("table").caption ?? "");
      if (answer) chain().updateAttributes("table", answer).run();
    },
    language: async () => {
      const answer = await askLanguage(words, editor.getAttributes("phrase").lang ?? "");
      if (answer?.lang) chain().extendMarkRange("phrase").setMark("phrase", answer).run();
      else if (answer) chain().extendMarkRange("phrase").unsetMark("phrase").run();
    },
    source: () => {
      const showsSource = box.classList.toggle("shows-source");
      if (!showsSource) {
        const written = field.value;
        editor.commands.setContent(forEditor(written), { emitUpdate: false });
        field.value = written;
      }
      tools.source.setAttribute("aria-pressed", String(showsSource));
      tools.others.forEach((element) => (element.disabled = showsSource));
      (showsSource ? field : editor.view.dom).focus();
    },
  });

  const tools = toolbar(editor, words, acts);
  tools.source.setAttribute("aria-pressed", "false");
  box.prepend(...tools.bars, place);
  label?.addEventListener("click", (event) => {
    if (box.classList.contains("shows-source")) return;
    event.preventDefault();
    editor.commands.focus();
  });
}

function copied(field, ...names) {
  return Object.fromEntries(names.filter((name) => field.hasAttribute(name)).map((name) => [name, field.getAttribute(name)]));
}
