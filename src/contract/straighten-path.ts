/**
 * What official SDKs make of an address by mistake, put right: a base URL that ends in a slash before paths that begin with
 * one, and a query that is glued to its path (Java's `getChallenge`, in whatever order its members come).
 */
export function straightenPath(url: string): string {
  return url
    .replace(/^\/v1\/{2,}client\//, '/v1/client/')
    .replace(/^\/v1\/challenges(?=(?:challengeId|userId|action|verificationMethod)=)/, '/v1/challenges?');
}
