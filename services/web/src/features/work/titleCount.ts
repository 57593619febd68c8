/** A window's title with the number of new orders in front; without one if there are none. */
export function withCount(title: string, count: number): string {
  const plain = title.replace(/^\(\d+\) /, "");
  return count > 0 ? `(${count}) ${plain}` : plain;
}
