// Keys and names for readers without a mouse: arrows in the list, Enter opens a card, Escape closes it.
(function (gt) {
  "use strict";
  const at = (id) => document.getElementById(id);
  const STEPS = { ArrowDown: (k) => k + 1, ArrowUp: (k) => k - 1, Home: () => 0, End: () => Infinity };

  // One stop of the Tab key for the whole list; the arrows move within it.
  function rove(list) {
    const buttons = () => Array.from(list.querySelectorAll("button"));
    const choose = (chosen) => buttons().forEach((one) => { one.tabIndex = one === chosen ? 0 : -1; });
    const first = () => choose(buttons()[0]);
    new MutationObserver(first).observe(list, { childList: true });
    list.addEventListener("focusin", (event) => choose(event.target.closest("button")));
    list.addEventListener("keydown", (event) => {
      const all = buttons();
      if (!STEPS[event.key] || !all.length) { return; }
      event.preventDefault();
      const next = STEPS[event.key](all.indexOf(document.activeElement));
      all[Math.max(0, Math.min(all.length - 1, next))].focus();
    });
    first();
  }

  // A card opened by the keyboard takes the focus; closed, it gives the focus back.
  function cards(map) {
    let opener = null;
    map.on("popupopen", (event) => {
      const box = event.popup.getElement();
      const content = box.querySelector(".leaflet-popup-content");
      content.tabIndex = 0; // a long card is scrolled by keys
      content.setAttribute("role", "region");
      content.setAttribute("aria-label", "区域详情 Details of the place");
      const close = box.querySelector(".leaflet-popup-close-button");
      if (close) { close.setAttribute("aria-label", "关闭 Close"); }
      if (!box.contains(document.activeElement)) { opener = document.activeElement; }
      if (opener && opener.matches(":focus-visible")) { content.focus({ preventScroll: true }); }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !map.getPane("popupPane").firstChild) { return; }
      const inside = map.getPane("popupPane").contains(document.activeElement);
      map.closePopup();
      if (inside && opener && opener.isConnected) { opener.focus(); }
    });
  }

  gt.access = { wire: (map) => { rove(at("gt-top")); cards(map); } };
})(window.geotransfer = window.geotransfer || {});
