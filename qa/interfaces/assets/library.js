// Keeps the page of a job up to date while it is not over. Without it the page loads itself anew.
(() => {
  const EVERY_MS = 1000;

  async function update() {
    const job = document.getElementById("job");
    if (!job || job.dataset.over === "true") return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.status === 404) return; // the server was started again: what is on the page stays
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const now = page.getElementById("job");
        if (!now) return; // the session is over: signing in is asked for
        if (now.innerHTML !== job.innerHTML) {
          const focused = job.contains(document.activeElement);
          job.replaceWith(now);
          if (focused) now.querySelector("button")?.focus();
        }
      }
    } catch {
      // the server does not answer for the moment
    }
    setTimeout(update, EVERY_MS);
  }

  setTimeout(update, EVERY_MS);
})();
