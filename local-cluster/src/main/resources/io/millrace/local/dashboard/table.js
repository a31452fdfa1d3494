import { h, setText } from "./dom.js";

/**
 * A table whose rows are kept by key, so that focus, selection and scroll positions survive changes.
 *
 * A column has a `title`, a `value(item)` that is a text or makes an element, and maybe a `class`. Is it `head`,
 * its cells say what their rows are of; is its title `hidden`, only those are told it who can't see the column.
 */
export class RowsTable {
  #rows = new Map();

  constructor(caption, columns, options = {}) {
    this.columns = columns;
    this.body = h("tbody");
    this.table = h(
      "table",
      {},
      h("caption", { class: options.hideCaption ? "hidden" : null }, caption),
      h("thead", {}, h("tr", {}, columns.map((each) => h("th", { scope: "col", class: each.class }, each.hidden ? h("span", { class: "hidden" }, each.title) : each.title)))),
      this.body,
    );
    this.element = h(
      "div",
      { class: options.tall ? "scroll tall" : "scroll", tabindex: 0, role: "region", "aria-label": caption },
      this.table,
    );
  }

  /** Shows items in this order. `key` tells them apart, `mark` whether anything of one differs. */
  show(items, key, mark) {
    const rows = new Map();
    for (const item of items) {
      const id = key(item);
      const version = mark(item);
      let row = this.#rows.get(id);
      if (!row) {
        row = { element: h("tr", {}, this.columns.map((each) => h(each.head ? "th" : "td", { class: each.class, scope: each.head ? "row" : null }))), version: null };
      }
      if (row.version !== version) {
        row.version = version;
        this.columns.forEach((column, i) => {
          const cell = row.element.children[i];
          const value = column.value(item);
          // What looks the same stays, and with it the focus that it may have.
          if (!(value instanceof Node)) setText(cell, value);
          else if (!cell.firstChild?.isEqualNode(value)) cell.replaceChildren(value);
        });
      }
      rows.set(id, row);
    }
    for (const [id, row] of this.#rows) if (!rows.has(id)) row.element.remove();
    this.#rows = rows;
    let next = this.body.firstElementChild;
    for (const row of rows.values()) {
      if (row.element === next) next = next.nextElementSibling;
      else this.body.insertBefore(row.element, next);
    }
  }
}
