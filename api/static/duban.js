// The little the pages need: theme, one submit per click, closing menus, keyboard in lists.
(function () {
  "use strict";
  const root = document.documentElement;

  // Light or dark as the reader's system says; paper is always light.
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = (isDark) => root.setAttribute("data-bs-theme", isDark ? "dark" : "light");
  paint(dark.matches);
  dark.addEventListener("change", () => paint(dark.matches));
  window.addEventListener("beforeprint", () => paint(false));
  window.addEventListener("afterprint", () => paint(dark.matches));

  // A second click does nothing: the pressed button is read first, then the form is closed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    form.dataset.sent = "yes";
    const pressed = event.submitter;
    setTimeout(() => {
      form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
      const words = pressed && pressed.dataset.busy && pressed.querySelector("span");
      if (words) words.textContent = pressed.dataset.busy;
    });
  });
  // Coming back with the browser's Back button must not find a closed form.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

  const closeMenus = (except) => document.querySelectorAll("details[data-menu][open]")
    .forEach((menu) => { if (!menu.contains(except)) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target));

  // Tables that grow: a copy of the last row, emptied; the last one left is only emptied.
  const emptied = (row) => {
    row.querySelectorAll("input").forEach((input) => { input.value = ""; input.classList.remove("is-invalid"); });
    row.querySelectorAll(".field-error").forEach((error) => error.remove());
    row.querySelectorAll("[id]").forEach((part) => part.removeAttribute("id"));
    return row;
  };
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    const drop = event.target.closest("[data-drop-row]");
    if (add) {
      const body = document.querySelector(add.dataset.addRow);
      body.append(emptied(body.lastElementChild.cloneNode(true)));
      body.lastElementChild.querySelector("input").focus();
    }
    if (drop) {
      const row = drop.closest("tr");
      const form = row.closest("form");
      if (row.parentElement.children.length > 1) row.remove(); else emptied(row);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (event.target.closest("[data-print]")) window.print();
  });

  // "/" goes to the search box, j and k walk the rows of a list, Escape closes menus.
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  const walk = (step) => {
    const rows = [...document.querySelectorAll("[data-rows] a[data-row]")];
    const next = rows[rows.indexOf(document.activeElement) + step] || rows[step > 0 ? 0 : rows.length - 1];
    if (next) next.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { closeMenus(null); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); }
    if (event.key === "j") walk(1);
    if (event.key === "k") walk(-1);
  });

  // An error answer (409, 422) carries a fragment that names what is missing: show it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status === 409 || status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
})();
