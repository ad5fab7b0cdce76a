type Scalar = string | number | boolean | null | undefined;

/** `/api/queues/:queueId` with its parameters filled in and the query behind it; null and undefined are left out. */
export function buildUrl(
  path: string,
  params: Record<string, Scalar>,
  query: Record<string, Scalar>,
): string {
  const filled = path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === null) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(key, String(value));
  }
  const text = search.toString();
  return text === "" ? filled : `${filled}?${text}`;
}
