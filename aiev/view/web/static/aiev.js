// Keys, and following a run. Everything else works without this file.
// Invariant: text from the server is only ever moved as parsed nodes of a page of ours, which runs no script.
"use strict";

const EVERY_MS = 2500;
const says = document.querySelector("[data-says]");

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function say(words) {
  says.textContent = words;
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (link) link.click();
  return link !== null;
}

// j and k: the next or previous line of the list, or turn of the conversation.
function step(by) {
  const stops = [...document.querySelectorAll("[data-row], [data-turn]")];
  if (!stops.length) return;
  const here = stops.indexOf(document.activeElement.closest("[data-row], [data-turn]"));
  const next = here < 0 ? (by > 0 ? 0 : stops.length - 1) : Math.min(stops.length - 1, Math.max(0, here + by));
  stops[next].focus({ preventScroll: true });
  stops[next].scrollIntoView({ block: "nearest" });
}

function label(name) {
  const button = document.querySelector(`[data-label-form] button[value="${name}"]`);
  if (button) button.click();
}

function unfold() {
  const folds = [...document.querySelectorAll("main details")];
  const open = folds.some((fold) => !fold.open);
  for (const fold of folds) fold.open = open;
  say(open ? "everything is open" : "everything is folded");
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  n: () => follow("[data-next]"),
  p: () => follow("[data-previous]"),
  u: () => follow("[data-up]"),
  o: unfold,
  a: () => label("accept"),
  r: () => label("reject"),
  f: () => label("flag"),
  "/": () => {
    const box = document.querySelector("[data-search]");
    if (box) box.select();
    else location.assign("/conversations#q");
  },
  "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && typing(event.target)) {
    event.target.blur();
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const action = KEYS[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

document.querySelector("[data-help]").addEventListener("click", KEYS["?"]);

if (location.hash === "#q") document.getElementById("q")?.focus();
if (matchMedia("(max-width: 760px)").matches) document.querySelector("[data-fold-narrow]")?.removeAttribute("open");

// Following: when the file has changed, the parts of this page that say so are taken from a new copy of it.
let generation = Number(document.body.dataset.generation);

async function renew() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  generation = Number(page.body.dataset.generation);
  for (const part of document.querySelectorAll("[data-follow]")) {
    const fresh = page.querySelector(`[data-follow="${part.dataset.follow}"]`);
    if (!fresh || fresh.isEqualNode(part) || part.contains(document.activeElement)) continue;
    if (part.dataset.follow === "turns" && part.dataset.running === undefined) continue;
    const open = [...part.querySelectorAll("details")].map((fold) => fold.open);
    part.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((fold, number) => {
      if (number < open.length) fold.open = open[number];
    });
  }
  const list = document.querySelector("[data-list]");
  const fresh = page.querySelector("[data-list]");
  if (fresh && (!list || !fresh.isEqualNode(list))) {
    const news = document.querySelector("[data-news]");
    if (news) {
      news.href = location.href;
      news.hidden = false;
    }
  }
}

async function look() {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch("/live.json");
      if (answer.ok && (await answer.json()).generation !== generation) await renew();
    } catch {
      // The server has ended or is starting anew; the next look will tell.
    }
  }
  setTimeout(look, EVERY_MS);
}

if (document.querySelector("[data-follow]")) setTimeout(look, EVERY_MS);
