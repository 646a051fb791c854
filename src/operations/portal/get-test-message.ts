import { getTestMessage as route } from '../../contract/portal/test-messages.ts';
import { manifestOf } from '../../methods/manifests.ts';
import { testedProviders } from '../../telling/send-test-message.ts';
import { whyUndeliverable } from '../../telling/usable-methods.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

export const getTestMessage = operation(route, async (context, { caller: { tenant }, params }) => {
  const { verificationMethod } = params;
  const channel = manifestOf(verificationMethod)?.channel;
  return omitAbsent({
    sentTo: channel === 'email' || channel === 'phoneNumber' ? channel : ('nobody' as const),
    providers: [...testedProviders(tenant, verificationMethod)],
    missing: whyUndeliverable(context, tenant, verificationMethod),
  });
});
