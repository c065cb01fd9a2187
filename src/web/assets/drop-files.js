// @ts-check
// Files from the desktop, dropped anywhere on an area.

/**
 * Lets files be dropped anywhere on `area`.
 * @param {HTMLElement} area
 * @param {(files: FileList) => void} take
 */
export function dropFiles(area, take) {
  let depth = 0;
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") === true;
  const mark = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    area.classList.toggle("dropping", depth > 0);
  };
  area.addEventListener("dragenter", (event) => hasFiles(event) && mark(1));
  area.addEventListener("dragleave", (event) => hasFiles(event) && mark(-1));
  area.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  area.addEventListener("drop", (event) => {
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    mark(-depth);
    take(event.dataTransfer.files);
  });
}
