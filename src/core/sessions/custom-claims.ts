import type { UserAttributes } from '../authenticators/update-user.ts';
import { readPath } from '../rules/read-path.ts';
import type { Value } from '../rules/value.ts';

// Tokens are sent in headers, which servers and proxies limit to about 8 KiB.
const claimCharactersMax = 256;

/**
 * The claims that an app client asks for, claim name -> path of an attribute such as `custom.tier`. Attributes that the
 * user does not have, and values of more than 256 characters as JSON, are omitted: a token that no gateway accepts
 * would sign no user in.
 */
export function customClaims(
  paths: Readonly<Record<string, string>>,
  user: UserAttributes,
): Readonly<Record<string, unknown>> {
  const attributes = {
    email: user.email,
    emailVerified: user.emailVerified,
    phoneNumber: user.phoneNumber,
    phoneNumberVerified: user.phoneNumberVerified,
    username: user.username,
    displayName: user.displayName,
    locale: user.locale,
    custom: user.custom,
  } as Value;
  const claims = Object.entries(paths).map(([name, path]) => [name, readPath(attributes, path.split('.'))] as const);
  return Object.fromEntries(
    claims.filter(
      ([, value]) => value !== undefined && value !== null && JSON.stringify(value).length <= claimCharactersMax,
    ),
  );
}
