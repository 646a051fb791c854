import type { UserAttributes } from '../authenticators/update-user.ts';
import { readPath } from '../rules/read-path.ts';
import type { Value } from '../rules/value.ts';

// Tokens travel in headers, which servers and proxies cap at about 8 KiB.
const claimCharactersMax = 256;

/**
 * The claims that an app client asks for, claim name -> path of an attribute such as `custom.tier`. What the user does not
 * have, and a value of more than 256 characters as JSON, is left out: a token that no gateway takes would sign nobody in.
 */
export function customClaims(
  paths: Readonly<Record<string, string>>,
  user: UserAttributes,
): Readonly<Record<string, unknown>> {
  const attributes = {
    email: user.email,
    emailVerified: user.email_verified,
    phoneNumber: user.phone_number,
    phoneNumberVerified: user.phone_number_verified,
    username: user.username,
    displayName: user.display_name,
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
