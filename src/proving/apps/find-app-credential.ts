import type { AppCredential } from '../../contract/client/app-credentials.ts';
import type { Route } from '../../contract/route.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { appCredentialView } from '../../views/app-credential-view.ts';
import { appKeysOf, invalidAppCredential, loadAppCredential } from './app-keys.ts';

/** What is registered for the key in a query. @throws {Refusal} `invalid_credential` */
export async function findAppCredential(
  context: Context,
  { caller, query }: ClientRequest<Route> & { readonly query: { readonly publicKey: string } },
  method: string,
): Promise<AppCredential> {
  const appKey = appKeysOf(method).readQuery(query.publicKey);
  const found = await loadAppCredential(context, caller.tenant.tenantId, method, appKey);
  if (found === undefined) throw invalidAppCredential();
  return appCredentialView(found.authenticator);
}
