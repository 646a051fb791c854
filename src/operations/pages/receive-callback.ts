import { Refusal } from '../../contract/errors.ts';
import { receiveCallback as route } from '../../contract/pages/callbacks.ts';
import { nothingHere } from '../../showing/nothing-here.ts';
import { readCallbackToken } from '../../telling/callback-url.ts';
import { readReports } from '../../telling/read-reports.ts';
import { recordReports } from '../../telling/record-report.ts';
import { operation } from '../operation.ts';

export const receiveCallback = operation(route, async (context, { params, raw }) => {
  const token = readCallbackToken(context, params.token);
  if (token === undefined) throw nothingHere();
  const tenantContext = context.forTenant(token.tenant.tenantId);
  const url = `${context.publicUrl}/callbacks/${params.token}`;
  const told = await readReports(tenantContext, token, { url, headers: raw?.headers ?? {}, body: raw?.bytes ?? '' });
  if (told === 'nobody') throw nothingHere();
  if (told === 'forged') {
    throw new Refusal(
      'forbidden',
      "The signature is not the provider's. Check that the configuration has its signing key, and that the provider calls exactly the callbackUrl.",
    );
  }
  await recordReports(tenantContext, token.tenant, told);
});
