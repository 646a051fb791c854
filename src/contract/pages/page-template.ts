import { z } from 'zod';

/** A tenant's own page around the widget, after sanitising: what is in the document before the widget and after it. */
export const pageTemplate = z.object({
  /** CSS, one entry for each of its style elements. */
  styles: z.array(z.string()),
  before: z.string(),
  after: z.string(),
  /** URLs of its images, for the page's Content Security Policy. */
  images: z.array(z.string()),
});
export type PageTemplate = z.infer<typeof pageTemplate>;
