import { findPasskey as route } from '../contract.ts';
import { Refusal } from '../../../contract/errors.ts';
import { loadAnyCredential } from '../../../storage/queries/authenticators.ts';
import { operation } from '../../../operations/operation.ts';
import { wireTime } from '../../../views/wire-values.ts';
import { ceremoniesOf } from '../../../proving/keys/keys.ts';

const method = 'PASSKEY';
// More than any device stores.
const idsMax = 100;

export const findPasskey = operation(route, async ({ db }, { caller: { tenant }, query }) => {
  const { credentialIdOf } = ceremoniesOf(method);
  const given = [...(query.credentialIds?.split(',') ?? []), ...(query.credentialId?.split(',') ?? [])];
  if (given.length === 0) throw new Refusal('invalid_request', 'credentialIds or credentialId is required.');
  if (given.length > idsMax) throw new Refusal('invalid_request', `credentialIds must be ${idsMax} at most.`);
  const ids = given.flatMap((id) => credentialIdOf(id) ?? []);
  const found = await loadAnyCredential(db, tenant.tenantId, method, ids);
  if (found === undefined) throw new Refusal('invalid_credential', 'None of these credentials is a known passkey.');
  return { credentialId: found.credentialId, verifiedAt: wireTime(found.verifiedAt) };
});
