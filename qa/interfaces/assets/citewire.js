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
    const text = button.dataset.copy;
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
    else if (button.matches(".cw-copy")) copy(button);
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
