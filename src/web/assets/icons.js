// @ts-check
// Line drawings, 24 by 24. Always beside words or under a label, so they are hidden from screen readers.

const paths = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  send: "M5 12h13M12.5 6l6 6-6 6",
  attach: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8L10 17a1.7 1.7 0 0 1-2.4-2.4l7.4-7.4",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  check: "M5 12.5l4.5 4.5L19 7.5",
  circle: "M12 5a7 7 0 1 0 0 14a7 7 0 0 0 0-14z",
  skip: "M7 12h10",
  alert: "M12 4l9 16H3zM12 10v4M12 17v.4",
  more: "M5 12v.01M12 12v.01M19 12v.01",
  reply: "M10 7l-5 5 5 5M5 12h9a5 5 0 0 1 5 5v1",
  private: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  info: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16zM12 11v5M12 8v.2",
  hand: "M12 6v7M12 16.5v.2",
  stop: "M7 7h10v10H7z",
  eye: "M2.5 12s3.5-6.5 9.5-6.5s9.5 6.5 9.5 6.5s-3.5 6.5-9.5 6.5S2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5z",
  hash: "M9.5 4L7.5 20M16.5 4l-2 16M5 9h15M4 15h15",
  down: "M12 5v13M6.5 13l5.5 5.5 5.5-5.5",
  text: "M5 6h14M5 11h14M5 16h9",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
};

/** @typedef {keyof typeof paths} IconName */

/**
 * @param {IconName} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
