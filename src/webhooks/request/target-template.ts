import { EMPTY_OUTPUT } from '../../templating/liquid-engine';
import { compileTemplate, isTemplate, sampleOf, templateFault } from '../../templating/liquid-template';
import type { Subject } from '../../templating/subject';
import type { ProgramFault } from '../../templating/text-position';
import { checkTargetUrl, type TargetPolicy } from './target-url';

/**
 * `checkTargetUrl` for a URL that may be a Liquid template. Scheme, host and port must be fixed text, so that the check
 * is valid for every document. Each output is percent-encoded, so that it cannot end its path segment.
 */
export function checkTarget(url: string, policy: TargetPolicy): string | null {
  if (!isTemplate(url)) return checkTargetUrl(url, policy);
  if (!hasFixedOrigin(url)) {
    return (
      'A template is allowed only in the path and the query of the URL: write scheme, host and port as fixed text, ' +
      'such as https://hooks.example.com/orders/{{ doc.name }}.'
    );
  }
  return templateFault('URL', url, 'url') ?? checkTargetUrl(sampleOf(url), policy);
}

/** Whether scheme, host and port are fixed text. @param url with a template, or its part before the first one */
export function hasFixedOrigin(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#{}]+[/?]/i.test(url);
}

export function renderTarget(url: string, subject: Subject): { readonly text: string } | ProgramFault {
  if (!isTemplate(url)) return { text: url };
  const template = compileTemplate('URL', url);
  if ('message' in template) return template;
  const rendered = template.render(subject);
  if ('message' in rendered) return rendered;
  const path = rendered.text.split('?', 1)[0] as string;
  if (path.includes(EMPTY_OUTPUT))
    return { message: 'A part of the path is empty, which would lead to another address.' };
  if (/\/(\.|%2e){1,2}(\/|$)/i.test(path)) {
    return { message: 'A part of the path is "." or "..", which would lead to another address.' };
  }
  return { text: rendered.text.replaceAll(EMPTY_OUTPUT, '') };
}
