/** What a browser keeps of an operator's preferences. A browser that keeps nothing, or lies, loses only those. */
export function readStored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`sallyport.${key}`) ?? 'null');
  } catch {
    return null;
  }
}

export function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(`sallyport.${key}`, JSON.stringify(value));
  } catch {
    // Full, or forbidden: the preference lasts as long as the page.
  }
}
