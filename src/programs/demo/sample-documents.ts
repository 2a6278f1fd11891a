/** The documents that an ERP would send. As text, so that amounts keep their decimals. */
export const SAMPLE_DOCUMENTS = `[
  { "doctype": "Sales Invoice", "name": "INV-0041", "customer": "Dar Al Nour Trading", "currency": "SAR",
    "grand_total": 575.00, "status": "Unpaid",
    "items": [{ "item_code": "SHOE-138", "qty": 2, "rate": 250.00, "amount": 500.00 }] },
  { "doctype": "Sales Invoice", "name": "INV-0042", "customer": "Fjord Supply AS", "currency": "EUR",
    "grand_total": 48000.50, "status": "Paid",
    "items": [{ "item_code": "PUMP-7", "qty": 12, "rate": 4000.0416, "amount": 48000.50 }] },
  { "doctype": "Payment Entry", "name": "PAY-0017", "party": "Fjord Supply AS", "paid_amount": 48000.50,
    "reference_no": "TRX-9921", "references": [{ "reference_name": "INV-0042", "allocated_amount": 48000.50 }] },
  { "doctype": "Purchase Order", "name": "PO-0108", "supplier": "Atlas Steel", "currency": "USD",
    "grand_total": 9800.00, "items": [{ "item_code": "STEEL-2MM", "qty": 40, "rate": 245.00 }] },
  { "doctype": "Customer", "name": "Fjord Supply AS", "customer_group": "Commercial", "territory": "Norway" }
]`;
