/** `lists.blocked-countries` -> `blocked-countries`; null for the path of a fact. */
export function listAlias(path: string): string | null {
  const [root, alias] = path.split('.');
  return root === 'lists' && alias !== undefined ? alias : null;
}
