/* Questions on their way: one at a time, in order, sent again until the server has answered or refused. */

const WAITS = [1, 2, 4, 8, 15, 30];
const SLOW = 4;

export const makeQueue = ({ send, show, answered, refused, changed }) => {
  const items = [];
  let running = false;
  let wake = () => {};

  const rest = (seconds) => new Promise((resolve) => {
    const timer = seconds ? setTimeout(resolve, seconds * 1000) : 0;
    wake = () => { clearTimeout(timer); resolve(); };
  });
  const first = () => items.find((item) => !item.refused);
  const drop = (item) => {
    const place = items.indexOf(item);
    if (place >= 0) items.splice(place, 1);
    changed();
  };

  const deliver = async (item) => {
    const slow = setTimeout(() => show(item, "slow"), SLOW * 1000);
    show(item, "sending");
    try {
      const found = await send(item);
      clearTimeout(slow);
      if (!items.includes(item)) return;
      drop(item);
      answered(item, found);
    } catch (error) {
      clearTimeout(slow);
      if (!items.includes(item)) return;
      await later(item, error);
    }
  };

  const later = async (item, error) => {
    if (error.kind === "refused") {
      item.refused = error.message || "?";
      changed();
      refused(item);
      return;
    }
    const wait = WAITS[item.tries];
    item.tries += 1;
    if (navigator.onLine === false) return;
    show(item, wait === undefined ? "failed" : "retrying", error.message);
    await rest(wait === undefined ? 0 : Math.max(wait, Math.min(error.wait || 0, 60)));
  };

  const run = async () => {
    if (running) return;
    running = true;
    for (let item = first(); item; item = first()) {
      if (navigator.onLine === false && !item.force) {
        show(item, "offline");
        await rest(0);
      } else {
        item.force = false;
        await deliver(item);
      }
    }
    running = false;
  };

  const again = (item, force = false) => {
    item.tries = 0;
    item.force = force;
    wake();
  };

  addEventListener("online", () => { items.forEach((item) => { item.tries = 0; }); wake(); });
  addEventListener("offline", () => { const item = first(); if (item) show(item, "offline"); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });

  return {
    items,
    add(item) {
      items.push({ tries: 0, force: false, ...item });
      changed();
      if (item.refused) return;
      if (first().id !== item.id) show(items.at(-1), navigator.onLine === false ? "offline" : "queued");
      run();
    },
    now: (item) => again(item, true),
    drop(item) {
      drop(item);
      wake();
    },
  };
};
