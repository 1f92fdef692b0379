// What the canvases share that are drawn by hand.
export const FONT = 'system-ui, "DejaVu Sans", sans-serif';

/** The pen of a canvas that is empty and as sharp as the screen; it draws in CSS pixels. */
export function freshPen(canvas, width, height) {
  const ratio = devicePixelRatio,
    pen = canvas.getContext("2d");
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}
/** Where on a canvas the mouse is. */
export function mouseOn(canvas, { clientX, clientY }) {
  const { left, top } = canvas.getBoundingClientRect();
  return [clientX - left, clientY - top];
}
/** Let a canvas show a picture, as large as that is. */
export function showOn(canvas, bitmap) {
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const pen = canvas.getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  return pen;
}
