/** Tabs: one panel at a time, by click or arrow keys, as ARIA describes them. */

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Makes a list of tabs work; gives a function that chooses one by its id. */
export function makeTabs(list, onChoose = () => {}) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const choose = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      list.ownerDocument.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
    onChoose(chosen.id);
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab);
  });
  list.addEventListener("keydown", (event) => {
    const here = tabs.indexOf(document.activeElement);
    const ends = { Home: 0, End: tabs.length - 1 };
    const next = ends[event.key] ?? (here + STEPS[event.key] + tabs.length) % tabs.length;
    if (here < 0 || Number.isNaN(next)) return;
    event.preventDefault();
    choose(tabs[next]);
    tabs[next].focus();
  });
  return (id) => choose(tabs.find((tab) => tab.id === id) ?? tabs[0]);
}
