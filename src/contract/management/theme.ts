import { z } from 'zod';
import { json } from '../route.ts';
import { clearable, closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { pageBudgets } from './page-budgets.ts';
import { assetUrl, displayName } from './values.ts';

const colorForm = 'Hexadecimal, as #rgb, #rrggbb or #rrggbbaa. Absent: the built-in look.';
const color = z.string().regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i, 'must be a colour such as #121282.');
const pixels = (max: number) => z.int().min(0).max(max);
const radius = pixels(100);
const width = pixels(20);
const padding = pixels(200);
const side = z.enum(['left', 'center', 'right']);

const borders = {
  buttonBorderRadius: radius.describe('Corner radius of buttons, in pixels: 0 to 100. Absent: the built-in look.'),
  buttonBorderWidth: width.describe('Border width of buttons, in pixels: 0 to 20. Absent: the built-in look.'),
  cardBorderRadius: radius.describe(
    'Corner radius of cards, such as the methods to choose from, in pixels: 0 to 100. Absent: the built-in look.',
  ),
  cardBorderWidth: width.describe('Border width of cards, in pixels: 0 to 20. Absent: the built-in look.'),
  inputBorderRadius: radius.describe('Corner radius of input fields, in pixels: 0 to 100. Absent: the built-in look.'),
  inputBorderWidth: width.describe('Border width of input fields, in pixels: 0 to 20. Absent: the built-in look.'),
  containerBorderRadius: radius.describe(
    'Corner radius of the box that holds the content, in pixels: 0 to 100. Absent: the built-in look.',
  ),
};

const colorUses = {
  buttonPrimaryText: 'the text on primary buttons',
  buttonPrimaryBorder: 'the border of primary buttons',
  buttonSecondaryText: 'the text on secondary buttons',
  buttonSecondaryBackground: 'the background of secondary buttons',
  buttonSecondaryBorder: 'the border of secondary buttons',
  cardBackground: 'the background of cards, such as the methods to choose from',
  cardBorder: 'the border of cards',
  inputBackground: 'the background of input fields',
  inputBorder: 'the border of input fields',
  link: 'links',
  headingText: 'headings',
  bodyText: 'all other text',
  containerBackground: 'the background of the box that holds the content',
  containerBorder: 'the border of the box that holds the content',
  divider: 'lines between parts of a screen',
  icon: 'icons',
  loader: 'the sign that something is loading',
  positive: 'what succeeded',
  critical: 'errors and what removes something',
  information: 'hints',
  hover: 'the background of what the pointer is over',
  focus: 'the outline of what has the keyboard focus',
} as const;
const colors = Object.fromEntries(
  Object.entries(colorUses).map(([name, use]) => [name, color.describe(`Colour of ${use}. ${colorForm}`)]),
) as Record<keyof typeof colorUses, typeof color>;

const containerInBothModes = {
  contentAlignment: side.describe('Where headings and text are aligned. Absent: the built-in look.'),
  logoAlignment: side.describe('Where the logo is aligned. Absent: the built-in look.'),
  logoPosition: z
    .enum(['inside', 'outside'])
    .describe('Whether the logo is inside the box or above it. Absent: the built-in look.'),
  logoHeight: z.int().min(1).max(400).describe('Height of the logo, in pixels: 1 to 400. Absent: the built-in look.'),
  padding: padding.describe('Space between the box and its content, in pixels: 0 to 200. Absent: the built-in look.'),
};
const container = {
  ...containerInBothModes,
  paddingHorizontal: padding.describe('Space at the left and right, in pixels: 0 to 200. Absent: `padding`.'),
  paddingVertical: padding.describe('Space above and below, in pixels: 0 to 200. Absent: `padding`.'),
  exitPosition: z
    .enum(['top', 'bottom'])
    .describe('Whether the control that leaves the page is at its top or bottom. Absent: the built-in look.'),
};

const urlForm = 'https URL, at most 2,048 characters.';
const pageBackground = {
  backgroundColor: color.describe(`Colour behind the box. ${colorForm}`),
  backgroundImageUrl: assetUrl.describe(`Image behind the box. ${urlForm} Absent: none.`),
};

const boldness = z.int().min(1).max(1000);
/** A single weight is kept as a number, a range such as "100 900" as text. */
const weight = z.union(
  [
    boldness,
    z
      .string()
      .regex(/^[0-9]{1,4}$/)
      .transform(Number)
      .pipe(boldness),
    z
      .string()
      .regex(/^[0-9]{1,4} [0-9]{1,4}$/)
      .refine((range) => {
        const [lightest = 0, boldest = 0] = range.split(' ').map(Number);
        return lightest >= 1 && lightest < boldest && boldest <= 1000;
      }),
  ],
  'weight must be a number from 1 to 1000, or an ascending range such as "100 900".',
);
const aboutFaces = {
  url: `Font file. ${urlForm}`,
  weight: 'Weight of the file: a number from 1 to 1000, or an ascending range such as `100 900`. Absent: 400.',
  faces: 'Font files of one family, at most 6. A request replaces all. Absent: the built-in font.',
};
const face = z.object({
  url: z.string().describe(aboutFaces.url),
  weight: z.union([z.int(), z.string()]).optional().describe(aboutFaces.weight),
});
const lettering = {
  faces: z
    .array(closed({ url: assetUrl.describe(aboutFaces.url), weight: weight.optional().describe(aboutFaces.weight) }))
    .max(6)
    .describe(aboutFaces.faces),
  fontUrl: assetUrl.describe(`A single font file, the older form of \`faces\`. ${urlForm} Absent: the built-in font.`),
  sizeAdjust: z.int().min(67).max(150).describe('Scale of the font, in percent: 67 to 150. Absent: 100.'),
};

const letters = closed(clearable(lettering));

const aboutTemplate =
  'HTML to put around the pages, at most 100,000 characters. It must contain the tags `<authsignal-head>` and `<authsignal-widget>`, which the pages replace; scripts are removed. Absent: the built-in page.';
const template = z
  .string()
  .max(pageBudgets.templateCharacters.max)
  .refine(
    (html) => html.includes('<authsignal-head>') && html.includes('<authsignal-widget>'),
    'template must hold the tags <authsignal-head> and <authsignal-widget>.',
  )
  .describe(aboutTemplate);

const inBothModes = {
  logoUrl: assetUrl.describe(`Logo. ${urlForm} Absent: the name as text.`),
  watermarkUrl: assetUrl.describe(`Image at the bottom of the page. ${urlForm} Absent: none.`),
  faviconUrl: assetUrl.describe(`Icon of the browser tab. ${urlForm} Absent: the built-in one.`),
  primaryColor: color.describe(`Main colour, such as of primary buttons. ${colorForm}`),
};

/** A group whose members merge key by key; null clears a member or the whole group. */
function group<Shape extends z.ZodRawShape>(shape: Shape, answered: readonly string[] = []) {
  return closed(clearable(shape), answered).nullish();
}

function answeredGroup<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).partial().optional();
}

const about = {
  name: 'Name that users see on the pages, 1 to 256 characters without control characters. The tenant has the same name.',
  borders: 'Corners and borders.',
  colors: 'Colours of the parts of a page.',
  pageBackground: 'What is behind the box that holds the content.',
  container: 'The box that holds the content.',
  typography: 'Fonts.',
  text: 'Font of the text.',
  display: 'Font of headings.',
  button: 'Font of buttons.',
  links: 'How links look.',
  underline: 'Whether links are underlined. Absent: the built-in look.',
  shadows: 'Shadows of boxes and cards.',
  enabled: 'Whether there are shadows. Absent: the built-in look.',
  darkMode:
    'What differs for users whose device prefers dark colours. Fonts, links, shadows and the place of the exit are the same in both modes.',
};

const answeredLettering = (meaning: string) =>
  answeredGroup({ ...lettering, faces: z.array(face).describe(aboutFaces.faces) }).describe(meaning);
const answeredGroups = {
  borders: answeredGroup(borders).describe(about.borders),
  colors: answeredGroup(colors).describe(about.colors),
  pageBackground: answeredGroup(pageBackground).describe(about.pageBackground),
};

const links = { underline: z.boolean().describe(about.underline) };
const shadows = { enabled: z.boolean().describe(about.enabled) };

const theme = z
  .object({
    name: z.string().describe(about.name),
    ...z.object(inBothModes).partial().shape,
    ...answeredGroups,
    container: answeredGroup(container).describe(about.container),
    typography: z
      .object({
        text: answeredLettering(about.text),
        display: answeredLettering(about.display),
        button: answeredLettering(about.button),
      })
      .partial()
      .optional()
      .describe(about.typography),
    links: answeredGroup(links).describe(about.links),
    shadows: answeredGroup(shadows).describe(about.shadows),
    template: z.string().optional().describe(aboutTemplate),
    darkMode: z
      .object({
        ...z.object(inBothModes).partial().shape,
        ...answeredGroups,
        container: answeredGroup(containerInBothModes).describe(about.container),
      })
      .describe(about.darkMode),
  })
  .meta({ id: 'Theme' });

// Removed from the wire in January 2026, but still in the published reference.
const outdated = ['position'];
const groups = {
  borders: group(borders).describe(about.borders),
  colors: group(colors).describe(about.colors),
  pageBackground: group(pageBackground).describe(about.pageBackground),
};

const exampleTheme = {
  name: 'Example Bank',
  logoUrl: 'https://cdn.example.com/logo.svg',
  primaryColor: '#121282',
  borders: { buttonBorderRadius: 8, cardBorderRadius: 12, containerBorderRadius: 16 },
  colors: { headingText: '#101828', link: '#121282' },
  container: { contentAlignment: 'center', logoPosition: 'outside', logoHeight: 32, padding: 24 },
  typography: { text: { faces: [{ url: 'https://cdn.example.com/inter.woff2', weight: '100 900' }] } },
  darkMode: { primaryColor: '#8c8cff', colors: { headingText: '#ffffff' } },
};

export const getTheme = managementRoute({
  id: 'getTheme',
  method: 'GET',
  path: '/theme',
  title: 'Get the theme',
  description: 'Reads how the pages look. What was never set is left out, and the built-in look applies.',
  group: 'appearance',
  params: z.object({}),
  body: nothing,
  reply: json(theme),
  example: { reply: exampleTheme },
  refusals: [],
  audit: null,
});

export const updateTheme = managementRoute({
  id: 'updateTheme',
  method: 'PATCH',
  path: '/theme',
  title: 'Change the theme',
  description:
    'Changes how the pages look. Objects merge key by key, arrays are replaced whole, and null returns a member or a whole group to the built-in look.',
  group: 'appearance',
  params: z.object({}),
  body: closed(
    {
      name: displayName.optional().describe(about.name),
      ...clearable(inBothModes),
      ...groups,
      container: group(container, outdated).describe(about.container),
      typography: group({
        text: letters.describe(about.text),
        display: letters.describe(about.display),
        button: letters.describe(about.button),
      }).describe(about.typography),
      links: group(links).describe(about.links),
      shadows: group(shadows).describe(about.shadows),
      template: template.nullish(),
      darkMode: closed({
        ...clearable(inBothModes),
        ...groups,
        container: group(containerInBothModes, outdated).describe(about.container),
      })
        .nullish()
        .describe(about.darkMode),
    },
    ['tenantId'],
  ),
  reply: json(theme),
  example: {
    request: {
      body: {
        primaryColor: '#121282',
        container: { logoHeight: 32, padding: 24 },
        typography: { text: { faces: [{ url: 'https://cdn.example.com/inter.woff2', weight: '100 900' }] } },
        darkMode: { primaryColor: '#8c8cff' },
      },
    },
    reply: exampleTheme,
  },
  refusals: [],
  audit: 'theme.updated',
});
