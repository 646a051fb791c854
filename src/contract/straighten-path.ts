/**
 * Corrects URLs that official SDKs build by mistake: a base URL that ends in a slash before paths that start with one,
 * and a query that is appended to its path without a separator (Java's `getChallenge`, with its members in any order).
 */
export function straightenPath(url: string): string {
  return url
    .replace(/^\/v1\/{2,}client\//, '/v1/client/')
    .replace(/^\/v1\/challenges(?=(?:challengeId|userId|action|verificationMethod)=)/, '/v1/challenges?');
}
