// How receiptline.json was made: npm install receiptline && node record.cjs < texts.json > receiptline.json
// texts.json is a list of lines; the one code is the address that a slip may carry.
const receiptline = require("receiptline");
const options = { cpl: 48, encoding: "gb18030", command: "escpos" };
const hex = (text) => Buffer.from(receiptline.transform(text, options), "binary").toString("hex").toUpperCase();
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const codes = ["https://hall.example.gov.cn/q?t=abcdefgh23456723"];
const told = {
  made_by: "npm receiptline " + require("receiptline/package.json").version,
  options,
  lines: texts.map((text) => ({ text, hex: hex(text) })),
  codes: codes.map((content) => ({ content, hex: hex("{code:" + content + ";option:qrcode,6,m}") })),
};
console.log(JSON.stringify(told, null, 1));
