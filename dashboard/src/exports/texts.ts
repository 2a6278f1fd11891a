import { textsOf } from '../i18n/language';
import { formatCount } from '../i18n/plural';

const en = {
  title: 'Exports',
  create: 'New export',
  createText:
    'Requests as a file that is made while you download it. The audit trail records the order and each download.',
  document: 'Document (whole name; empty: all)',
  range: 'Time',
  ranges: { '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days', all: 'All times' },
  format: 'Format',
  formats: { NDJSON: 'NDJSON, for programs', CSV: 'CSV, for tables' },
  content: 'With headers and bodies',
  bom: 'With a byte order mark, for Excel',
  order: 'Make it',
  none: 'No export was ordered yet',
  noneText: 'An export is a file with the requests that meet a filter.',
  download: 'Download',
  kind: 'Kind',
  ordered: 'Ordered',
  by: 'By',
  valid: 'Can be downloaded until',
  expired: 'expired',
  sent: 'Downloaded',
  rows: (rows: number, downloads: number) => `${formatCount(rows)} rows in ${formatCount(downloads)} downloads`,
};

const ar: typeof en = {
  title: 'التصدير',
  create: 'تصدير جديد',
  createText: 'الطلبات كملف يُصنع أثناء تنزيله. يسجل سجل التدقيق الأمر وكل تنزيل.',
  document: 'المستند (الاسم كاملًا؛ فارغ: الكل)',
  range: 'الوقت',
  ranges: { '24h': 'آخر 24 ساعة', '7d': 'آخر 7 أيام', '30d': 'آخر 30 يومًا', all: 'كل الأوقات' },
  format: 'الصيغة',
  formats: { NDJSON: 'NDJSON للبرامج', CSV: 'CSV للجداول' },
  content: 'مع الترويسات والمحتوى',
  bom: 'مع علامة ترتيب البايتات لبرنامج Excel',
  order: 'اصنعه',
  none: 'لم يُطلب تصدير بعد',
  noneText: 'التصدير ملف بالطلبات التي تطابق مرشحًا.',
  download: 'نزّل',
  kind: 'النوع',
  ordered: 'طُلب',
  by: 'من',
  valid: 'يمكن تنزيله حتى',
  expired: 'انتهى',
  sent: 'نُزّل',
  rows: (rows, downloads) => `${formatCount(rows)} صف في ${formatCount(downloads)} تنزيل`,
};

export const useExportTexts = textsOf(en, ar);
