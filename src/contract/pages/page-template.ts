import { z } from 'zod';

/** A tenant's own page around the widget, as it was sanitised: what stands in the document before the widget and after it. */
export const pageTemplate = z.object({
  /** CSS, an entry for each of its style elements. */
  styles: z.array(z.string()),
  before: z.string(),
  after: z.string(),
  /** Addresses of its images, for the policy of the page. */
  images: z.array(z.string()),
});
export type PageTemplate = z.infer<typeof pageTemplate>;
