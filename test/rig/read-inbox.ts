const codeIn = /<h2>(\d{6,10}) /;

/** The latest one-time code that a server in development mode would have mailed to an address; '' if there is none. */
export async function readInboxCode(serverUrl: string, email: string): Promise<string> {
  const page = await (await fetch(`${serverUrl}/dev/inbox`)).text();
  const articles = page.split('<article').slice(1);
  // Besides codes the address may have got notices, also later ones.
  const codes = articles.filter((article) => article.includes(`To ${email},`)).map((article) => codeIn.exec(article));
  return codes.find((found) => found !== null)?.[1] ?? '';
}

/** The number of messages with a code or a link to an address. */
export async function countInbox(serverUrl: string, email: string): Promise<number> {
  const page = await (await fetch(`${serverUrl}/dev/inbox`)).text();
  const isOne = (article: string) => codeIn.test(article) || article.includes('/magic-link?token=');
  return page.split('<article').filter((article) => article.includes(`To ${email},`) && isOne(article)).length;
}

/** The latest link that was mailed to an address; '' if there is none. */
export async function readInboxLink(serverUrl: string, email: string): Promise<string> {
  const page = await (await fetch(`${serverUrl}/dev/inbox`)).text();
  const articles = page.split('<article').slice(1);
  const own = articles.find((article) => article.includes(`To ${email},`) && article.includes('/magic-link?token='));
  return /https?:\/\/[^\s"<>]+\/magic-link\?token=[\w.~-]+/.exec(own ?? '')?.[0] ?? '';
}

/** The latest link to a page whose secret is behind its `#`, as it was mailed to an address; '' if there is none. */
export async function readInboxSecretLink(serverUrl: string, email: string, path: string): Promise<string> {
  const page = await (await fetch(`${serverUrl}/dev/inbox`)).text();
  const own = page.split('<article').filter((article) => article.includes(`To ${email},`));
  const link = new RegExp(String.raw`https?://[^\s"<>]+${path}\?[^\s"<>#]+#[\w.~-]+`);
  const links = own.map((article) => link.exec(article.replaceAll('&#38;', '&'))?.[0] ?? '');
  return links.find((found) => found !== '') ?? '';
}
