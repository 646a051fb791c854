import { z } from 'zod';
import { json } from '../route.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { uiLocales } from './values.ts';

const overrides = z
  .object({
    messageOverrides: z
      .record(z.string(), z.record(z.string(), z.string()))
      .describe('The texts that the tenant has changed, by language and then by the id of the text. Empty: none.'),
  })
  .meta({ id: 'MessageOverrides' });

const texts = z.record(z.string().max(128), z.string());

function textsOf(locale: string) {
  return texts
    .optional()
    .describe(
      `Texts in the language \`${locale}\`, by the \`publicId\` that the catalogue lists. Each within the length, placeholders and tags of its entry. Absent: the default texts.`,
    );
}

const textsByLocale = z.strictObject(
  Object.fromEntries(uiLocales.map((locale) => [locale, textsOf(locale)])) as Record<
    (typeof uiLocales)[number],
    z.ZodOptional<typeof texts>
  >,
);

const exampleOverrides = {
  messageOverrides: {
    en: { 'email-code-entry.heading': 'Check your inbox' },
    de: { 'email-code-entry.heading': 'Schauen Sie in Ihr Postfach' },
  },
};

export const getMessageOverrides = managementRoute({
  id: 'getMessageOverrides',
  method: 'GET',
  path: '/message-overrides',
  title: 'Get the changed texts',
  description:
    'Reads the texts of the pages that the tenant has changed, by language. All other texts have their default wording.',
  group: 'appearance',
  params: z.object({}),
  body: nothing,
  reply: json(overrides),
  example: { reply: exampleOverrides },
  refusals: [],
  audit: null,
});

export const replaceMessageOverrides = managementRoute({
  id: 'replaceMessageOverrides',
  method: 'PATCH',
  path: '/message-overrides',
  title: 'Replace the changed texts',
  description:
    'Replaces all changed texts at once: a text that the request leaves out returns to its default wording. A text that its screen could not show is refused: an unknown id, one that is too long, or one with a placeholder or tag that its entry does not allow.',
  group: 'appearance',
  params: z.object({}),
  body: closed({
    messageOverrides: textsByLocale
      .optional()
      .describe(
        'All texts that differ from the default, by language. `{}` returns every text to its default. Absent: nothing changes.',
      ),
  }),
  reply: json(overrides),
  example: { request: { body: exampleOverrides }, reply: exampleOverrides },
  refusals: [],
  audit: 'message_overrides.replaced',
});

export const getMessageCatalogue = managementRoute({
  id: 'getMessageCatalogue',
  method: 'GET',
  path: '/message-overrides/catalog',
  title: 'List the texts that can be changed',
  description:
    'Returns every text of the pages that you can change, with its default wording in each language, its longest length, and the placeholders and tags that it may contain.',
  group: 'appearance',
  params: z.object({}),
  body: nothing,
  reply: json(
    z
      .object({
        catalogVersion: z
          .int()
          .describe('Version of the catalogue. It rises when a screen or a text is added, changed or removed.'),
        screens: z
          .array(
            z.object({
              id: z.string().describe('Id of the screen, such as `email-code-entry`.'),
              label: z.string().describe('What the screen is for, in English.'),
              family: z.string().describe('Method or area that the screen belongs to, such as `email`.'),
            }),
          )
          .describe('The screens of the pages that have texts to change.'),
        points: z
          .array(
            z.object({
              publicId: z
                .string()
                .describe('Id of the text: the key to override it by, such as `email-code-entry.heading`.'),
              screen: z.string().describe('Id of the screen that shows the text.'),
              role: z.string().describe('What the text does on its screen, such as `heading` or `primaryCta`.'),
              item: z
                .string()
                .optional()
                .describe('Which of several texts in the same role it is. Absent: the only one.'),
              label: z.string().describe('What the text is, in English.'),
              products: z.array(z.string()).describe('Where the text appears; always `prebuilt-ui`, the pages.'),
              maxLength: z.int().describe('Longest permitted text, in UTF-16 code units.'),
              allowedPlaceholders: z
                .array(z.string())
                .describe('Placeholders that the text may contain, written `{name}`. Empty: none.'),
              allowedTags: z
                .array(z.string())
                .describe('Tags that the text may contain, written `<name>`. Empty: none.'),
              defaultCopy: z.record(z.string(), z.string()).describe('The default text, by language.'),
            }),
          )
          .describe('The texts that can be overridden.'),
      })
      .meta({ id: 'MessageCatalogue' }),
  ),
  example: {
    reply: {
      catalogVersion: 4,
      screens: [{ id: 'email-code-entry', label: 'Enter the code sent by e-mail', family: 'email' }],
      points: [
        {
          publicId: 'email-code-entry.heading',
          screen: 'email-code-entry',
          role: 'heading',
          label: 'Heading',
          products: ['prebuilt-ui'],
          maxLength: 120,
          allowedPlaceholders: ['tenantName'],
          allowedTags: [],
          defaultCopy: { en: 'Check your e-mail', de: 'Sehen Sie in Ihre E-Mails' },
        },
      ],
    },
  },
  refusals: [],
  audit: null,
});
