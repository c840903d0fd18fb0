/* The editor’s questions: a native dialog each, which keeps the keyboard inside and closes on Escape. */

import { Editor } from "../../django_prose_editor/editor.js";
import { ADDRESS, lineExtensions } from "./schema.js";

let counter = 0;

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

/* Asks; resolves with the values that `check` lets through, "remove", or null. */
function ask(words, title, fields, { removable = false, check = async (values) => values } = {}) {
  const id = `prose-dialog-${++counter}`;
  const error = make("p", { class: "errors", role: "alert" });
  const apply = make("button", { class: "button", type: "submit" }, words.apply);
  const cancel = make("button", { class: "button ghost", type: "button" }, words.cancel);
  const remove = removable && make("button", { class: "button ghost", type: "button" }, words.remove);
  const form = make(
    "form", { class: "stack", novalidate: true },
    make("h2", { id }, title),
    ...fields.map((field) => field.element),
    error,
    make("p", { class: "row" }, apply, remove, cancel),
  );
  const dialog = make("dialog", { class: "prose-dialog", "aria-labelledby": id }, form);
  document.body.append(dialog);
  const back = document.activeElement;
  return new Promise((resolve) => {
    const end = (value) => {
      dialog.close();
      dialog.remove();
      fields.forEach((field) => field.end?.());
      back?.focus?.();
      resolve(value);
    };
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      end(null);
    });
    cancel.addEventListener("click", () => end(null));
    if (remove) remove.addEventListener("click", () => end("remove"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const empty = fields.find((field) => field.required && !field.value());
      if (empty) {
        error.textContent = `${empty.label}: ${words.required}`;
        empty.focus();
        return;
      }
      apply.disabled = true;
      try {
        end(await check(Object.fromEntries(fields.map((field) => [field.name, field.value()]))));
      } catch (problem) {
        error.textContent = problem.message;
        apply.disabled = false;
      }
    });
    dialog.showModal();
    fields[0].focus();
  });
}

function field(name, label, { tag = "input", hint = "", value = "", required = false, options = [], ...attributes } = {}) {
  const id = `prose-field-${++counter}`;
  const described = hint ? { "aria-describedby": `${id}-hint` } : {};
  const input = make(tag, { id, name, ...described, ...(required ? { "aria-required": "true" } : {}), ...attributes });
  options.forEach(([code, text]) => input.append(make("option", { value: code }, text)));
  if (attributes.type === "checkbox") input.checked = value;
  else if (attributes.type !== "file") input.value = value;
  const element = make(
    "div", { class: attributes.type === "checkbox" ? "field field-check" : "field" },
    make("label", { for: id }, label),
    hint && make("p", { class: "hint", id: `${id}-hint` }, hint),
  );
  if (attributes.type === "checkbox") element.prepend(input);
  else element.append(input);
  return {
    name, label, required, element, input,
    focus: () => input.focus(),
    value: () => (attributes.type === "checkbox" ? input.checked : attributes.type === "file" ? input.files[0] : input.value.trim()),
  };
}

/* A line of text with links and emphasis: a small editor of its own. */
function line(name, label, { value = "", lang = "" } = {}) {
  const id = `prose-field-${++counter}`;
  const place = make("div");
  const editor = new Editor({
    element: place, injectCSS: false, extensions: lineExtensions(), content: `<p>${value}</p>`,
    editorProps: {
      attributes: { role: "textbox", "aria-multiline": "true", "aria-labelledby": id, class: "prose-line", ...(lang ? { lang, spellcheck: "true" } : {}) },
    },
  });
  return {
    name, label, required: true,
    element: make("div", { class: "field" }, make("p", { class: "strong", id }, label), place),
    focus: () => editor.commands.focus("end"),
    value: () => (editor.getText().trim() ? editor.getHTML().replace(/^<p>|<\/p>$/g, "") : ""),
    end: () => editor.destroy(),
  };
}

export const askLink = (words, href) =>
  ask(
    words, words.link,
    [field("href", words.address, { value: href, hint: words.addressHint, required: true, inputmode: "url", autocomplete: "off" })],
    {
      removable: Boolean(href),
      check: async ({ href: given }) => {
        const guessed = /^[\w-]+(\.[\w-]+)+(\/|$)/.test(given) ? `https://${given}` : given;
        if (!ADDRESS.test(guessed)) throw new Error(words.addressWrong);
        return { href: guessed };
      },
    },
  );

export const askNote = (words, note, lang) =>
  ask(words, words.note, [line("note", words.noteText, { value: note, lang })], { removable: Boolean(note) });

export const askTable = (words) =>
  ask(words, words.table, [
    field("caption", words.caption),
    field("columns", words.columns, { type: "number", min: 1, max: 12, value: 3 }),
    field("rows", words.rows, { type: "number", min: 1, max: 60, value: 3 }),
    field("header", words.withHeader, { type: "checkbox", value: true }),
  ]);

export const askCaption = (words, caption) =>
  ask(words, words.caption, [field("caption", words.caption, { value: caption })]);

export const askLanguage = (words, lang) => {
  const known = [["", words.noLanguage], ["fr", words.french], ["en", words.english], ["es", words.spanish]];
  const isKnown = known.some(([code]) => code === lang);
  return ask(
    words, words.language,
    [
      field("known", words.whichLanguage, { tag: "select", options: known, value: isKnown ? lang : "" }),
      field("other", words.otherLanguage, { value: isKnown ? "" : lang, maxlength: 10, autocomplete: "off" }),
    ],
    { check: async ({ known: code, other }) => ({ lang: (/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(other) && other) || code }) },
  );
};

export const askDescription = (words, picture) =>
  ask(words, words.picture, [alternative(words, picture.alt), field("caption", words.legend, { value: picture.caption })], { removable: true });

const alternative = (words, value) =>
  field("alt", words.alternative, { tag: "textarea", rows: 2, hint: words.alternativeHint, value, required: true });

/* Sends the file at once; the text then refers to it. */
export function askPicture(words, { address, token, lang, files }) {
  const file = field("file", words.file, { type: "file", accept: ".jpg,.jpeg,.png", required: true });
  if (files) file.input.files = files;
  return ask(words, words.picture, [file, alternative(words, ""), field("caption", words.legend)], {
    check: async (values) => {
      const body = new FormData();
      body.append("file", values.file);
      body.append("alternative", values.alt);
      body.append("language", lang);
      body.append("csrfmiddlewaretoken", token);
      let answer;
      try {
        answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
        answer = { ok: answer.ok, ...(await answer.json()) };
      } catch {
        throw new Error(words.failed);
      }
      if (!answer.ok) throw new Error(answer.errors?.join(" ") ?? words.failed);
      return { src: answer.src, width: answer.width, height: answer.height, alt: values.alt, caption: values.caption };
    },
  });
}
