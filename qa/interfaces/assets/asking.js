// Filters and asking anew: what is clicked becomes an event that the page listens for. The server
// renders the filters, and is given with each question those that stand there.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const tell = (part, kind, detail) =>
    $(`${part} .cw-part`)?.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail }));
  const shown = () => $(".cw-filters")?.dataset.filters ?? "";
  const filters = () => JSON.parse(shown());
  const setFilters = (wanted) => tell("#cw-filters", "cw-filter", wanted);

  // -- filters -------------------------------------------------------------------------------
  function arrive() {
    const { searchParams } = new URL(location);
    const wanted = {
      articles: [...(searchParams.get("only") ?? "").split(","), ...searchParams.getAll("id")].filter(Boolean),
      outlets: searchParams.getAll("outlet"),
      since: searchParams.get("since") ?? "",
      until: searchParams.get("until") ?? "",
    };
    if (!Object.values(wanted).some((value) => value.length)) return window.citewireTalks?.open();
    for (const name of ["only", "id", "outlet", "since", "until"]) searchParams.delete(name);
    history.replaceState(history.state, "", `${location.pathname}${searchParams.size ? `?${searchParams}` : ""}`);
    window.citewireTalks?.leave();
    return JSON.stringify({ filters: wanted });
  }

  window.citewireAsking = { arrive: () => arrive() ?? "", shown };

  function closeMenu(menu) {
    if (!menu?.open) return;
    menu.open = false;
    $("form", menu).reset();
    if (menu.contains(document.activeElement)) $("summary", menu).focus();
  }

  // The bar is rendered anew: what had the focus is gone, and the chips are what changed.
  function backToQuestion() {
    $("#cw-box textarea")?.focus({ preventScroll: true });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest(".cw-filter-menu form");
    if (!form) return;
    event.preventDefault();
    const given = new FormData(form);
    form.parentElement.open = false;
    setFilters({
      ...filters(), since: given.get("since"), until: given.get("until"), outlets: given.getAll("outlet"),
    });
    backToQuestion();
  });

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.(".cw-outlet-search")) return;
    const words = field.value.trim().toLowerCase();
    for (const item of field.parentElement.querySelectorAll("li"))
      item.hidden = !item.textContent.toLowerCase().includes(words) && !$("input", item).checked;
  });

  // -- the last question once more -----------------------------------------------------------
  const ask = (detail) => tell("#cw-now", "cw-ask", detail);

  function edit(button) {
    const place = button.closest(".cw-question");
    if (place.matches(".cw-edited")) return $("textarea", place).focus();
    const form = document.createElement("form");
    const field = document.createElement("textarea");
    const [send, cancel] = ["Ask", "Cancel"].map((words) => {
      const made = document.createElement("button");
      made.textContent = words;
      return made;
    });
    form.className = "cw-editing";
    field.value = button.dataset.question;
    field.maxLength = 2000;
    field.rows = 2;
    field.setAttribute("aria-label", "The question");
    cancel.type = "button";
    form.append(field, cancel, send);
    const close = () => {
      form.remove();
      place.classList.remove("cw-edited");
      $(".cw-edit", place)?.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = field.value.trim();
      if (!question) return;
      form.remove();
      place.classList.remove("cw-edited");
      ask({ question, again: true });
      backToQuestion();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      else if (event.key === "Enter" && !event.isComposing && !event.shiftKey && event.target === field) form.requestSubmit();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    cancel.addEventListener("click", close);
    place.classList.add("cw-edited");
    place.append(form);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  document.addEventListener("click", (event) => {
    const menu = $(".cw-filter-menu[open]");
    if (menu && !menu.contains(event.target)) closeMenu(menu);
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.matches(".cw-filter-set")) {
      setFilters(JSON.parse(button.dataset.set));
      backToQuestion();
    } else if (button.matches(".cw-filter-close")) closeMenu(menu);
    else if (button.matches(".cw-only-these")) {
      setFilters({ ...filters(), articles: button.dataset.articles.split(",") });
      backToQuestion();
    } else if (button.matches(".cw-edit")) edit(button);
    else if (button.matches(".cw-retry")) ask({ question: button.dataset.question, again: true });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.(".cw-filter-menu")) {
      closeMenu($(".cw-filter-menu"));
      event.preventDefault();
    }
    const box = event.target.closest?.("#cw-box textarea");
    const last = $("#cw-now .cw-edit");
    if (event.key === "ArrowUp" && box && !box.value && last) {
      event.preventDefault();
      edit(last);
    }
  });
})();
