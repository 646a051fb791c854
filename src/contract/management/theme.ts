import { z } from 'zod';
import { clearable, closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { pageBudgets } from './page-budgets.ts';
import { assetUrl, displayName } from './values.ts';

const color = z.string().regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i, 'must be a colour such as #121282.');
const pixels = (max: number) => z.int().min(0).max(max);
const radius = pixels(100);
const width = pixels(20);
const padding = pixels(200);
const side = z.enum(['left', 'center', 'right']);

const borders = {
  buttonBorderRadius: radius,
  buttonBorderWidth: width,
  cardBorderRadius: radius,
  cardBorderWidth: width,
  inputBorderRadius: radius,
  inputBorderWidth: width,
  containerBorderRadius: radius,
};

const colorNames = [
  'buttonPrimaryText',
  'buttonPrimaryBorder',
  'buttonSecondaryText',
  'buttonSecondaryBackground',
  'buttonSecondaryBorder',
  'cardBackground',
  'cardBorder',
  'inputBackground',
  'inputBorder',
  'link',
  'headingText',
  'bodyText',
  'containerBackground',
  'containerBorder',
  'divider',
  'icon',
  'loader',
  'positive',
  'critical',
  'information',
  'hover',
  'focus',
] as const;
const colors = Object.fromEntries(colorNames.map((name) => [name, color])) as Record<
  (typeof colorNames)[number],
  typeof color
>;

const containerInBothModes = {
  contentAlignment: side,
  logoAlignment: side,
  logoPosition: z.enum(['inside', 'outside']),
  logoHeight: z.int().min(1).max(400),
  padding,
};
const container = {
  ...containerInBothModes,
  paddingHorizontal: padding,
  paddingVertical: padding,
  exitPosition: z.enum(['top', 'bottom']),
};

const pageBackground = { backgroundColor: color, backgroundImageUrl: assetUrl };

const boldness = z.int().min(1).max(1000);
/** One weight is kept as a number, a range such as "100 900" as text. */
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
const face = z.object({ url: z.string(), weight: z.union([z.int(), z.string()]).optional() });
const lettering = {
  faces: z.array(closed({ url: assetUrl, weight: weight.optional() })).max(6),
  fontUrl: assetUrl,
  sizeAdjust: z.int().min(67).max(150),
};

const letters = closed(clearable(lettering));

const template = z
  .string()
  .max(pageBudgets.templateCharacters.max)
  .refine(
    (html) => html.includes('<authsignal-head>') && html.includes('<authsignal-widget>'),
    'template must hold the tags <authsignal-head> and <authsignal-widget>.',
  );

const inBothModes = { logoUrl: assetUrl, watermarkUrl: assetUrl, faviconUrl: assetUrl, primaryColor: color };

/** A group of members that merges key by key; null clears a member or the whole group. */
function group<Shape extends z.ZodRawShape>(shape: Shape, answered: readonly string[] = []) {
  return closed(clearable(shape), answered).nullish();
}

function answeredGroup<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).partial().optional();
}

const answeredLettering = answeredGroup({ ...lettering, faces: z.array(face) });
const answeredGroups = {
  borders: answeredGroup(borders),
  colors: answeredGroup(colors),
  pageBackground: answeredGroup(pageBackground),
};

const theme = z
  .object({
    name: z.string(),
    ...z.object(inBothModes).partial().shape,
    ...answeredGroups,
    container: answeredGroup(container),
    typography: z
      .object({ text: answeredLettering, display: answeredLettering, button: answeredLettering })
      .partial()
      .optional(),
    links: answeredGroup({ underline: z.boolean() }),
    shadows: answeredGroup({ enabled: z.boolean() }),
    template: z.string().optional(),
    darkMode: z.object({
      ...z.object(inBothModes).partial().shape,
      ...answeredGroups,
      container: answeredGroup(containerInBothModes),
    }),
  })
  .meta({ id: 'Theme' });

// Removed from the wire in January 2026, but still in the published reference.
const outdated = ['position'];
const groups = { borders: group(borders), colors: group(colors), pageBackground: group(pageBackground) };

export const getTheme = managementRoute({
  id: 'getTheme',
  method: 'GET',
  path: '/theme',
  summary: 'Reads how the pre-built pages look. What was never set is left out.',
  params: z.object({}),
  body: nothing,
  reply: theme,
  refusals: [],
  audit: null,
});

export const updateTheme = managementRoute({
  id: 'updateTheme',
  method: 'PATCH',
  path: '/theme',
  summary: 'Changes the theme. Objects merge key by key, arrays are replaced whole, null clears.',
  params: z.object({}),
  body: closed(
    {
      name: displayName.optional(),
      ...clearable(inBothModes),
      ...groups,
      container: group(container, outdated),
      typography: group({ text: letters, display: letters, button: letters }),
      links: group({ underline: z.boolean() }),
      shadows: group({ enabled: z.boolean() }),
      template: template.nullish(),
      darkMode: closed({
        ...clearable(inBothModes),
        ...groups,
        container: group(containerInBothModes, outdated),
      }).nullish(),
    },
    ['tenantId'],
  ),
  reply: theme,
  refusals: [],
  audit: 'theme.updated',
});
