import { z } from 'zod';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { uiLocales } from './values.ts';

const overrides = z
  .object({ messageOverrides: z.record(z.string(), z.record(z.string(), z.string())) })
  .meta({ id: 'MessageOverrides' });

const texts = z.record(z.string().max(128), z.string());
const textsByLocale = z.strictObject(
  Object.fromEntries(uiLocales.map((locale) => [locale, texts.optional()])) as Record<
    (typeof uiLocales)[number],
    z.ZodOptional<typeof texts>
  >,
);

export const getMessageOverrides = managementRoute({
  id: 'getMessageOverrides',
  method: 'GET',
  path: '/message-overrides',
  summary: "Reads the tenant's own texts for the pre-built pages.",
  params: z.object({}),
  body: nothing,
  reply: overrides,
  refusals: [],
  audit: null,
});

export const replaceMessageOverrides = managementRoute({
  id: 'replaceMessageOverrides',
  method: 'PATCH',
  path: '/message-overrides',
  summary: "Replaces all of the tenant's own texts: what the request leaves out is removed.",
  params: z.object({}),
  body: closed({ messageOverrides: textsByLocale.optional() }),
  reply: overrides,
  refusals: [],
  audit: 'message_overrides.replaced',
});

export const getMessageCatalogue = managementRoute({
  id: 'getMessageCatalogue',
  method: 'GET',
  path: '/message-overrides/catalog',
  summary: 'Lists the texts that can be overridden, with their limits and default wording.',
  params: z.object({}),
  body: nothing,
  reply: z
    .object({
      catalogVersion: z.int(),
      screens: z.array(z.object({ id: z.string(), label: z.string(), family: z.string() })),
      points: z.array(
        z.object({
          publicId: z.string(),
          screen: z.string(),
          role: z.string(),
          item: z.string().optional(),
          label: z.string(),
          products: z.array(z.string()),
          maxLength: z.int(),
          allowedPlaceholders: z.array(z.string()),
          allowedTags: z.array(z.string()),
          defaultCopy: z.record(z.string(), z.string()),
        }),
      ),
    })
    .meta({ id: 'MessageCatalogue' }),
  refusals: [],
  audit: null,
});
