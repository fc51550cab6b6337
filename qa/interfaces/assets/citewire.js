// What happens in the browser alone: from a number to its card, an article beside the chat, copying,
// and keeping the question in view. Delegated from the document, so it also serves what is rendered later. Sends nothing.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const narrow = () => matchMedia("(max-width: 899px)").matches;
  const behavior = () =>
    matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";

  // -- which answer's cards are shown --------------------------------------------------------
  // A style rule and not an attribute: gradio renders the panel anew and would undo attributes.
  // Important, because gradio puts its own container in front of every rule of our style sheet.
  const chosen = document.createElement("style");
  document.head.append(chosen);

  const latestTurn = () => $("#cw-cards-now .cw-sources")?.dataset.turn ?? "";

  function showCardsOf(turn) {
    const older = turn !== latestTurn();
    chosen.textContent = older
      ? `#cw-panel .cw-sources { display: none !important }
         #cw-panel .cw-sources[data-turn="${CSS.escape(turn)}"] { display: flex !important }`
      : "";
    $("#cw-panel")?.classList.toggle("cw-older", older);
  }

  function flash(element) {
    element.classList.remove("cw-flash");
    void element.offsetWidth; // restarts the animation
    element.classList.add("cw-flash");
    setTimeout(() => element.classList.remove("cw-flash"), 1800);
  }

  function openCard(chip) {
    const { turn, n } = chip.dataset;
    showCardsOf(turn);
    const card = document.getElementById(`cw-card-${turn}-${n}`);
    if (!card) return;
    card.focus({ preventScroll: true });
    const mark = $("mark", card) ?? card;
    const tall = card.offsetHeight > innerHeight * 0.7;
    (tall ? mark : card).scrollIntoView({ behavior: behavior(), block: narrow() ? "start" : "nearest" });
    flash(card);
  }

  function backToAnswer({ turn, n }) {
    const chip = $(`.cw-cite[data-turn="${CSS.escape(turn)}"][data-n="${CSS.escape(n)}"]`);
    if (!chip) return;
    chip.focus({ preventScroll: true });
    chip.scrollIntoView({ behavior: behavior(), block: "center" });
  }

  function expand(button) {
    const whole = button.closest(".cw-card").classList.toggle("cw-whole");
    button.setAttribute("aria-expanded", String(whole));
    button.textContent = whole ? "Less of the passage" : "Whole passage";
  }

  // -- copying -------------------------------------------------------------------------------
  async function copy(button) {
    const { link } = button.dataset;
    const text = link ? new URL(link, document.baseURI).href : button.dataset.copy;
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    const copied = done || copyOldWay(text); // the clipboard needs https or localhost
    const label = button.textContent;
    if (button.dataset.busy) return;
    button.dataset.busy = "1";
    button.textContent = copied ? "Copied" : "Could not copy";
    setTimeout(() => {
      button.textContent = label;
      delete button.dataset.busy;
    }, 1600);
  }

  function copyOldWay(text) {
    const area = document.createElement("textarea");
    const focused = document.activeElement;
    area.value = text;
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus({ preventScroll: true });
    return copied;
  }

  // -- an article beside the chat ------------------------------------------------------------
  // Lies over the sources, on a narrow screen over everything, and leaves both as they are.
  let opener = null;

  function read(link) {
    const address = link.getAttribute("href");
    if (!$("#cw-reader")) {
      opener = link;
      $("#cw-main").append(createReader());
      // On a telephone "back" closes the article, and not the conversation.
      if (narrow() && !history.state?.cwReader)
        history.pushState({ ...history.state, cwReader: true }, "");
      $(".cw-reader-close").focus();
    }
    const frame = document.createElement("iframe"); // a new one adds nothing to the history
    frame.title = "The article";
    frame.src = address;
    frame.addEventListener("load", () =>
      frame.contentWindow.addEventListener("keydown", closeByEscape));
    $("#cw-reader iframe")?.remove();
    $("#cw-reader").append(frame);
    $("#cw-reader a").href = address;
    coverOthers();
  }

  function createReader() {
    const reader = document.createElement("section");
    reader.id = "cw-reader";
    reader.setAttribute("aria-label", "Article");
    reader.innerHTML = `<div class="cw-reader-head"><h2>Article</h2>
      <a target="_blank" rel="noopener">Open in a new tab</a>
      <button type="button" class="cw-reader-close">Close</button></div>`;
    return reader;
  }

  // What lies under the article can be neither reached by the keyboard nor read aloud.
  function coverOthers() {
    const open = $("#cw-reader") !== null;
    for (const id of ["cw-top", "cw-chat", "cw-panel"]) {
      const element = document.getElementById(id);
      if (element) element.inert = open && (narrow() || id === "cw-panel");
    }
  }

  function closeReader() {
    const reader = $("#cw-reader");
    if (!reader) return;
    reader.remove();
    coverOthers();
    const again = opener?.isConnected
      ? opener
      : $(`a[href="${CSS.escape(opener?.getAttribute("href") ?? "")}"]`);
    again?.focus({ preventScroll: true });
  }

  function closeByEscape(event) {
    if (event.key === "Escape" && !event.defaultPrevented) closeReader();
  }

  addEventListener("keydown", closeByEscape);
  addEventListener("popstate", closeReader);
  addEventListener("resize", coverOthers);

  function follows(link, event) {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (elsewhere || event.button !== 0) return; // the browser opens the page in a tab
    event.preventDefault();
    if (link.matches(".cw-read")) read(link);
    else if ($("#cw-reader")) {
      showCardsOf(link.dataset.turn);
      read(link);
    } else openCard(link);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.cw-cite, a.cw-read");
    if (link) return follows(link, event);
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.matches(".cw-reader-close")) closeReader();
    else if (button.matches(".cw-copy[data-copy], .cw-copy[data-link]")) copy(button);
    else if (button.matches(".cw-expand")) expand(button);
    else if (button.matches(".cw-back")) backToAnswer(button.dataset);
    else if (button.matches(".cw-latest")) showCardsOf(latestTurn());
  });

  // -- keeping the newest question in view ---------------------------------------------------
  let turn = "";
  let following = false;

  function follow() {
    const exchange = $("#cw-now .cw-exchange");
    const now = exchange?.dataset.turn ?? "";
    if (now !== turn) {
      turn = now;
      following = now !== "";
      if (!now) closeReader();
      showCardsOf(latestTurn());
    }
    if (!following || !exchange) return;
    // As far down as there is text, but never so far that the question leaves the view.
    const pane = narrow() ? document.scrollingElement : $("#cw-scroll");
    const top = exchange.getBoundingClientRect().top - (narrow() ? 0 : pane.getBoundingClientRect().top);
    pane.scrollTo({ top: pane.scrollTop + top - 12, behavior: behavior() });
    if (exchange.dataset.progress !== "working") following = false;
  }

  for (const kind of ["wheel", "touchmove", "keydown"])
    addEventListener(kind, (event) => {
      if (!event.target.closest?.("#cw-composer")) following = false;
    }, { passive: true });

  // -- when gradio has put the page up -------------------------------------------------------
  function ready() {
    const now = $("#cw-now .cw-part");
    const cards = $("#cw-cards-now .cw-part");
    if (!now || !cards) return false;
    new MutationObserver(follow).observe(now, {
      childList: true, subtree: true, attributeFilter: ["data-turn", "data-progress"],
    });
    follow();
    return true;
  }

  const waiting = new MutationObserver(() => ready() && waiting.disconnect());
  waiting.observe(document, { childList: true, subtree: true });
})();

// The visitor's conversations, kept in the storage of this browser and nowhere else. The server is
// given the one that is opened, and renders it. Who is signed in has a list of their own: a cookie
// of the page names it. Text is only ever set as text.
(() => {
  const OWNER = /(?:^|; )citewire_owner=([0-9a-f]{16})/.exec(document.cookie)?.[1];
  // Another number for another shape of what is stored.
  const PREFIX = OWNER ? `citewire talk of ${OWNER} 1 ` : "citewire talk 1 ";
  const OPEN = "citewire open talk"; // of this tab
  const MAX_TALKS = 50;
  const UNDO_MILLISECONDS = 12000;
  const $ = (selector, root = document) => root.querySelector(selector);
  const drawer = () => $("#cw-drawer");

  // -- storing -------------------------------------------------------------------------------
  const unstored = new Map(); // texts by key, where the browser stores nothing or no more
  const removed = new Set(); // an answer that is still on its way does not bring them back

  function storage(kind) {
    try {
      return window[kind];
    } catch {
      return null; // forbidden in this browser
    }
  }

  function keys() {
    const stored = Object.keys(storage("localStorage") ?? {});
    const found = stored.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
    return [...new Set([...found, ...unstored.keys()])];
  }

  const textOf = (key) => unstored.get(key) ?? storage("localStorage")?.getItem(PREFIX + key);

  // Null for one that is not there or cannot be read; what cannot be read stays as it is.
  function read(key) {
    const text = textOf(key);
    if (!text) return null;
    try {
      const talk = JSON.parse(text);
      const sound = typeof talk.title === "string" && Number.isFinite(talk.updated) &&
        Array.isArray(talk.exchanges) && talk.exchanges.length > 0 &&
        talk.exchanges.every((one) => typeof one?.question === "string");
      if (sound) return { ...talk, key };
    } catch {
      // damaged, or written by a version to come
    }
    return null;
  }

  function forget(key) {
    unstored.delete(key);
    storage("localStorage")?.removeItem(PREFIX + key);
  }

  const newestFirst = () =>
    keys().map(read).filter(Boolean).sort((one, other) => other.updated - one.updated);

  function write(talk) {
    const text = JSON.stringify(talk);
    try {
      storage("localStorage").setItem(PREFIX + talk.key, text);
      unstored.delete(talk.key);
    } catch {
      unstored.set(talk.key, text);
      return warn(NO_ROOM);
    }
    const others = newestFirst().filter((other) => other.key !== talk.key);
    for (const other of others.slice(MAX_TALKS - 1)) forget(other.key);
  }

  // What found no room before may find it where something was deleted.
  function storeAgain() {
    for (const talk of [...unstored.keys()].map(read).filter(Boolean)) write(talk);
    const problem = $(".cw-talk-problem");
    if (!unstored.size && problem && $("span", problem).textContent === NO_ROOM) problem.hidden = true;
  }

  const NO_ROOM = "This browser has no room for this conversation: it is lost when the page is " +
    "closed. Save it as a file, or delete other conversations.";
  const UNREADABLE = "This conversation cannot be read by this version; it stays stored as it is.";
  const PARTLY = "Some answers of this conversation could not be read and were left out.";

  function warn(message) {
    const problem = $(".cw-talk-problem");
    if (!problem) return;
    $("span", problem).textContent = message;
    problem.hidden = false;
  }

  // -- which one is open ---------------------------------------------------------------------
  let openKey = storage("sessionStorage")?.getItem(OPEN) ?? "";

  function setOpen(key) {
    openKey = key;
    storage("sessionStorage")?.setItem(OPEN, key);
  }

  window.citewireTalks = {
    open: () => (openKey && read(openKey) ? JSON.stringify(read(openKey)) : ""),
    leave: () => setOpen(""),
  };

  // gradio listens on an element of its own around ours.
  const tell = (kind, detail) =>
    $("#cw-talks .cw-part")?.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail }));

  function show(key) {
    setOpen(key);
    tell("cw-open");
    if (key && matchMedia("(max-width: 1199px)").matches) toggle(false);
    list();
  }

  // What the server wants stored stands in a part of the page that is not shown.
  let taken = "";
  function take() {
    const record = $("#cw-record [data-open]");
    if (!record || record.outerHTML === taken) return;
    taken = record.outerHTML;
    const { open, count, first, partly, exchanges } = record.dataset;
    if (count === "0" && openKey && textOf(openKey)) warn(UNREADABLE);
    if (count !== "0" && partly) warn(PARTLY);
    if (first && !removed.has(open)) keep(open, Number(first), JSON.parse(exchanges));
    setOpen(count === "0" ? "" : open);
    list();
  }

  function keep(key, first, exchanges) {
    const now = Date.now();
    const talk = read(key) ?? { key, title: exchanges[0].question, created: now, exchanges: [] };
    const earlier = talk.exchanges.filter((one) => one.number < first);
    const unnamed = !earlier.length && talk.title === talk.exchanges[0]?.question;
    const title = unnamed ? exchanges[0].question : talk.title; // the first question was edited
    write({ ...talk, title, updated: now, exchanges: [...earlier, ...exchanges] });
  }

  // -- saving as a file ----------------------------------------------------------------------
  let asked = "";

  function askForFile(button) {
    const key = button.closest("#cw-drawer li")?.dataset.key;
    const talk = read(key ?? openKey);
    const turn = key ? 0 : Number(button.closest(".cw-exchange").dataset.turn);
    asked = `${Date.now()}`;
    button.closest("details").open = false;
    if (talk)
      tell("cw-save", {
        stored: JSON.stringify(talk), turn, title: talk.title, format: button.dataset.format, id: asked,
      });
  }

  function saveFile() {
    const file = $("#cw-file [data-id]")?.dataset;
    if (!file || file.id !== asked) return;
    asked = "";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file.text], { type: `${file.type};charset=utf-8` }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  // -- feedback ------------------------------------------------------------------------------
  let sending = null;

  function giveFeedback(button, comment = "") {
    const turn = Number(button.closest("[data-turn]").dataset.turn);
    const { verdict, n } = button.dataset;
    sending = { id: `${Date.now()}`, button, commented: comment !== "" };
    tell("cw-feedback", { id: sending.id, turn, verdict, citation: Number(n ?? 0), comment });
  }

  function acknowledge() {
    const receipt = $("#cw-receipt [data-id]")?.dataset;
    if (!sending || receipt?.id !== sending.id) return;
    const { button, commented } = sending;
    const kept = receipt.kept === "yes";
    sending = null;
    for (const one of button.parentElement.querySelectorAll(".cw-thumb"))
      one.setAttribute("aria-pressed", String(kept && one === button));
    if (kept && !commented) askForComment(button);
    else said(button, kept ? "Thank you." : "This could not be kept.");
  }

  function below(button, element) {
    $(".cw-comment")?.remove();
    element.className = "cw-comment";
    button.closest(".cw-foot, .cw-card-foot").after(element);
  }

  function said(button, text) {
    const line = document.createElement("p");
    line.setAttribute("role", "status");
    line.textContent = text;
    below(button, line);
  }

  function askForComment(button) {
    const form = document.createElement("form");
    const field = document.createElement("input");
    const send = document.createElement("button");
    field.maxLength = 2000;
    field.placeholder = button.dataset.verdict === "up" ? "What was good? (optional)" : "What is wrong? (optional)";
    field.setAttribute("aria-label", "Comment");
    send.textContent = "Send";
    send.className = "cw-copy";
    form.append(field, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) giveFeedback(button, field.value.trim());
      else form.remove();
    });
    below(button, form);
    field.focus();
  }

  // -- the list ------------------------------------------------------------------------------
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  function holds(talk, words) {
    const said = talk.exchanges.map((one) => `${one.question} ${one.answer?.text ?? ""}`);
    const text = plain([talk.title, ...said].join(" "));
    return words.every((word) => text.includes(word));
  }

  function list() {
    const aside = drawer();
    if (!aside || aside.hidden || $(".cw-talk-name", aside)) return; // not while one is renamed
    const words = plain($(".cw-talk-search", aside).value).split(/\s+/).filter(Boolean);
    const talks = newestFirst();
    const found = talks.filter((talk) => holds(talk, words));
    $(".cw-talk-list", aside).replaceChildren(...found.map(row));
    const damaged = keys().length - talks.length;
    $(".cw-talk-delete-all", aside).hidden = talks.length + damaged < 2;
    $(".cw-talk-damaged", aside).textContent =
      damaged ? `${damaged} stored here cannot be read by this version and stay as they are.` : "";
    $(".cw-talk-none", aside).textContent = found.length ? ""
      : talks.length ? "No conversation has these words." : "What you ask will be listed here.";
  }

  function row(talk) {
    const item = $(".cw-talk-row", drawer()).content.cloneNode(true).firstElementChild;
    const open = $(".cw-talk-open", item);
    const asked = talk.exchanges.length;
    item.dataset.key = talk.key;
    open.textContent = talk.title;
    open.title = talk.title;
    if (talk.key === openKey) open.setAttribute("aria-current", "true");
    $(".cw-talk-when", item).textContent =
      `${day.format(talk.updated)} · ${asked} question${asked === 1 ? "" : "s"}`;
    return item;
  }

  function rename(item) {
    const talk = read(item.dataset.key);
    if (!talk) return list();
    const field = document.createElement("input");
    field.className = "cw-talk-name";
    field.value = talk.title;
    field.maxLength = 200;
    field.setAttribute("aria-label", "Title of the conversation");
    $(".cw-talk-open", item).replaceWith(field);
    field.select();
    let ended = false;
    const end = (kept) => {
      if (ended) return;
      ended = true;
      const title = field.value.trim();
      const latest = read(talk.key);
      if (kept && title && latest) write({ ...latest, title });
      field.remove();
      list();
      $(`[data-key="${talk.key}"] .cw-talk-rename`, drawer())?.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) end(true);
      else if (event.key === "Escape") end(false);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    field.addEventListener("blur", () => end(true));
  }

  let undo = null;
  let waiting = 0;

  function remove(talks, message) {
    const wasOpen = talks.find((talk) => talk.key === openKey);
    for (const { key } of talks) {
      removed.add(key);
      forget(key);
    }
    storeAgain();
    if (wasOpen) show("");
    list();
    offerUndo(message, () => {
      for (const talk of [...talks].reverse()) {
        removed.delete(talk.key);
        write(talk);
      }
      if (wasOpen && !openKey) show(wasOpen.key);
      list();
    });
  }

  function offerUndo(message, action) {
    const offer = $(".cw-talk-undo", drawer());
    $("span", offer).textContent = message;
    offer.hidden = false;
    undo = action;
    clearTimeout(waiting);
    waiting = setTimeout(() => { offer.hidden = true; }, UNDO_MILLISECONDS);
  }

  function toggle(open) {
    const aside = drawer();
    if (!aside) return;
    aside.hidden = !open;
    $(".cw-talks-behind").hidden = !open;
    $(".cw-talks-toggle").setAttribute("aria-expanded", String(open));
    if (open) {
      list();
      const keyboard = matchMedia("(hover: hover)").matches; // not one that would cover the list
      $(keyboard ? ".cw-talk-search" : ".cw-talk-close", aside).focus({ preventScroll: true });
    } else if (aside.contains(document.activeElement)) $(".cw-talks-toggle").focus();
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    const button = target.closest?.("#cw-talks button");
    if (target.closest?.(".cw-talks-behind")) toggle(false);
    for (const menu of document.querySelectorAll(".cw-save[open]"))
      if (!menu.contains(target)) menu.open = false;
    const format = target.closest?.(".cw-save-as");
    if (format) return askForFile(format);
    const thumb = target.closest?.(".cw-thumb");
    if (thumb) return giveFeedback(thumb);
    if (!button) return;
    const item = button.closest("li");
    if (button.matches(".cw-talks-toggle")) toggle(drawer().hidden);
    else if (button.matches(".cw-talk-close")) toggle(false);
    else if (button.matches(".cw-talk-open")) show(item.dataset.key);
    else if (button.matches(".cw-talk-rename")) rename(item);
    else if (button.matches(".cw-talk-delete")) {
      const talk = read(item.dataset.key);
      remove(talk ? [talk] : [], `Deleted “${talk?.title ?? ""}”`);
    } else if (button.matches(".cw-talk-delete-all")) {
      const readable = newestFirst();
      for (const key of keys()) if (!read(key)) forget(key);
      remove(readable, "Deleted all conversations");
    } else if (button.closest(".cw-talk-problem")) button.parentElement.hidden = true;
    else if (button.closest(".cw-talk-undo")) {
      button.parentElement.hidden = true;
      undo?.();
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.(".cw-talk-search")) list();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.("#cw-talks")) toggle(false);
  });
  addEventListener("storage", list); // another tab has stored something

  const appearing = new MutationObserver(() => {
    const record = $("#cw-record");
    if (!record || !$("#cw-file") || !$("#cw-receipt")) return;
    appearing.disconnect();
    const all = { childList: true, subtree: true, attributes: true };
    new MutationObserver(take).observe(record, all);
    new MutationObserver(saveFile).observe($("#cw-file"), all);
    new MutationObserver(acknowledge).observe($("#cw-receipt"), all);
    take();
  });
  appearing.observe(document, { childList: true, subtree: true });
})();
