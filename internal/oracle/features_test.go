package oracle

// features are projections of the library with their documents, worked out by hand.
var features = []struct{ name, yaml, want string }{
	{"values", `
	from: book
	key: "b:{id}"
	columns: [id, price, grade, data, added]`, `
	b:10 {"id": 10, "price": 9.90, "grade": "high", "data": {"a": [1.10], "b": 2}, "added": "2024-01-01T10:00:00+00:00"}
	b:11 {"id": 11, "price": null, "grade": "low", "data": null, "added": null}
	b:12 {"id": 12, "price": 5.00, "grade": null, "data": null, "added": "infinity"}
	b:13 {"id": 13, "price": 5.00, "grade": "low", "data": null, "added": null}
	b:14 {"id": 14, "price": 1.50, "grade": "high", "data": null, "added": null}
	b:15 {"id": 15, "price": 1.00, "grade": "low", "data": null, "added": null}`},

	{"char is padded in documents, not in keys", `
	from: country
	key: "c:{code}"
	columns: "*"`, `
	c:DE {"code": "DE  ", "name": "Germany"}
	c:FR {"code": "FR  ", "name": "France"}`},

	{"one", `
	from: author
	key: "a:{id}"
	except: [id, email, country_code, boss_id]
	fields:
	  country: {one: country, value: name}
	  boss:
	    one: author
	    columns: [name]
	    fields: {from: {one: country, columns: [code]}}`, `
	a:1 {"name": "Zoe", "country": "Germany", "boss": null}
	a:2 {"name": "adam", "country": "France", "boss": {"name": "Zoe", "from": {"code": "DE  "}}}
	a:3 {"name": "Élise", "country": null, "boss": {"name": "Zoe", "from": {"code": "DE  "}}}`},

	{"one by a foreign key back, and the first of several", `
	from: author
	key: "a:{id}"
	fields:
	  dearest: {one: book, on: {author_id: id}, order_by: price desc nulls last, fields: {cover: {one: cover, value: url}, t: title}}
	  empty: {one: book, on: {author_id: id}, order_by: price nulls first, value: price}`, `
	a:1 {"dearest": {"cover": "u10", "t": "Alpha"}, "empty": null}
	a:2 {"dearest": {"cover": null, "t": "alpha"}, "empty": 5.00}
	a:3 {"dearest": {"cover": null, "t": "x"}, "empty": 1.00}`},

	{"many in every order", `
	from: author
	key: "a:{id}"
	fields:
	  plain: {many: book, columns: [id]}
	  bytewise: {many: book, order_by: title, value: id}
	  nulls: {many: book, order_by: price desc, value: id}
	  last: {many: book, order_by: price desc nulls last, value: id}
	  first: {many: book, order_by: [price nulls first], value: id}
	  ties: {many: book, order_by: "author_id, title desc", value: id}
	  enum: {many: book, order_by: grade, value: grade}
	  two: {many: book, order_by: title, limit: 2, value: title}`, `
	a:1 {"plain": [{"id": 10}, {"id": 11}, {"id": 12}], "bytewise": [10, 12, 11], "nulls": [11, 10, 12], "last": [10, 12, 11], "first": [11, 12, 10], "ties": [11, 12, 10], "enum": ["low", "high", null], "two": ["Alpha", "Gamma"]}
	a:2 {"plain": [{"id": 13}], "bytewise": [13], "nulls": [13], "last": [13], "first": [13], "ties": [13], "enum": ["low"], "two": ["alpha"]}
	a:3 {"plain": [{"id": 15}], "bytewise": [15], "nulls": [15], "last": [15], "first": [15], "ties": [15], "enum": ["low"], "two": ["x"]}`},

	{"order by what a relation reaches", `
	from: country
	key: "c:{code}"
	fields:
	  books:
	    many: book
	    through: author
	    joins: {cover: cover}
	    order_by: cover.url desc, through.name, title
	    value: title
	  names: {many: author, order_by: boss.name, fields: {boss: {one: author, value: name}}}`, `
	c:DE {"books": ["Gamma", "beta", "Alpha"], "names": [{"boss": null}]}
	c:FR {"books": ["alpha"], "names": [{"boss": "Zoe"}]}`},

	{"through lists twice what is reached twice, distinct the first", `
	from: book
	key: "b:{id}"
	fields:
	  all: {many: tag, through: book_tag, value: name}
	  placed: {many: tag, through: book_tag, order_by: through.position, value: name}
	  once: {many: tag, through: book_tag, order_by: through.position desc, distinct: true, value: name}
	  two: {many: tag, through: {table: book_tag, on: {book_id: id}}, on: {id: through.tag_id}, distinct: true, limit: 2, value: name}
	  links: {many: tag, through: book_tag, order_by: id desc, columns: [id], fields: {at: through.position}}`, `
	b:10 {"all": ["red", "red", "blue"], "placed": ["blue", "red", "red"], "once": ["red", "blue"], "two": ["red", "blue"], "links": [{"id": 2, "at": 1}, {"id": 1, "at": 2}, {"id": 1, "at": null}]}
	b:11 {"all": ["Red"], "placed": ["Red"], "once": ["Red"], "two": ["Red"], "links": [{"id": 3, "at": 1}]}
	b:12 {"all": [], "placed": [], "once": [], "two": [], "links": []}
	b:13 {"all": ["red"], "placed": ["red"], "once": ["red"], "two": ["red"], "links": [{"id": 1, "at": 1}]}
	b:14 {"all": [], "placed": [], "once": [], "two": [], "links": []}
	b:15 {"all": [], "placed": [], "once": [], "two": [], "links": []}`},

	{"a longer way, and one that is to one all along", `
	from: tag
	key: "t:{id}"
	fields:
	  countries: {many: country, through: [book_tag, book, author], order_by: "through.name, code", value: name}`, `
	t:1 {"countries": ["Germany", "Germany", "France"]}
	t:2 {"countries": ["Germany"]}
	t:3 {"countries": ["Germany"]}`},

	{"one through others", `
	from: cover
	key: "c:{book_id}"
	fields:
	  country: {one: country, through: [book, author], value: name}
	  author: {one: author, through: book, fields: {book: through.title}}`, `
	c:10 {"country": "Germany", "author": {"book": "Alpha"}}`},

	{"key_by leaves NULL out and keeps the last", `
	from: book
	key: "b:{id}"
	fields:
	  titles: {many: translation, key_by: locale, value: title}
	  tags: {many: tag, through: book_tag, key_by: name, order_by: through.position, fields: {link: through.id}}`, `
	b:10 {"titles": {"de": "A", "fr": "B"}, "tags": {"blue": {"link": 2}, "red": {"link": 3}}}
	b:11 {"titles": {"de": "C"}, "tags": {"Red": {"link": 4}}}
	b:12 {"titles": {}, "tags": {}}
	b:13 {"titles": {}, "tags": {"red": {"link": 5}}}
	b:14 {"titles": {}, "tags": {}}
	b:15 {"titles": {}, "tags": {}}`},

	{"key_by of other types", `
	from: author
	key: "a:{id}"
	fields:
	  grades: {many: book, key_by: grade, value: id}
	  prices: {many: book, key_by: price, order_by: price desc, value: id}
	  two: {many: book, key_by: price, order_by: price desc, limit: 2, value: id}`, `
	a:1 {"grades": {"high": 10, "low": 11}, "prices": {"9.90": 10, "5.00": 12}, "two": {"9.90": 10}}
	a:2 {"grades": {"low": 13}, "prices": {"5.00": 13}, "two": {"5.00": 13}}
	a:3 {"grades": {"low": 15}, "prices": {"1.00": 15}, "two": {"1.00": 15}}`},

	{"a required relation of the root", `
	from: book
	key: "b:{id}"
	joins: {cover: {one: cover, required: true}}
	columns: [id]`, `
	b:10 {"id": 10}`},

	{"required at any depth, before the limit", `
	from: author
	key: "a:{id}"
	fields:
	  covered: {many: book, order_by: id desc, limit: 1, fields: {cover: {one: cover, required: true, value: url}}}
	  first: {one: book, on: {author_id: id}, order_by: id desc, value: id, joins: {cover: {one: cover, required: true}}}
	  boss: {one: author, columns: [id], fields: {o: {fields: {home: {one: country, required: true, value: name}}}}}`, `
	a:1 {"covered": [{"cover": "u10"}], "first": 10, "boss": null}
	a:2 {"covered": [], "first": null, "boss": {"id": 1, "o": {"home": "Germany"}}}
	a:3 {"covered": [], "first": null, "boss": {"id": 1, "o": {"home": "Germany"}}}`},

	{"required of required", `
	from: book
	key: "b:{id}"
	fields:
	  author: {one: author, required: true, fields: {country: {one: country, required: true, value: name}}}
	  maybe: {one: author, columns: [name], fields: {boss: {one: author, required: true, value: name}}}`, `
	b:10 {"author": {"country": "Germany"}, "maybe": null}
	b:11 {"author": {"country": "Germany"}, "maybe": null}
	b:12 {"author": {"country": "Germany"}, "maybe": null}
	b:13 {"author": {"country": "France"}, "maybe": {"name": "adam", "boss": "Zoe"}}`},

	{"inline keeps its shape without a row", `
	from: book
	key: "b:{id}"
	columns: [id]
	fields:
	  author:
	    one: author
	    inline: true
	    columns: [name]
	    fields:
	      country: {one: country, inline: true, fields: {country_name: name}}
	      minions: {many: author, on: {boss_id: id}, value: id}
	      named: {many: author, on: {boss_id: id}, key_by: name, value: id}
	      boss: {one: author, columns: [id]}
	      contact: {columns: [email], fields: {all: {many: note, on: {about: id}, value: id}}}`, `
	b:10 {"id": 10, "name": "Zoe", "country_name": "Germany", "minions": [2, 3], "named": {"adam": 2, "Élise": 3}, "boss": null, "contact": {"email": "zoe@x", "all": [1, 2]}}
	b:11 {"id": 11, "name": "Zoe", "country_name": "Germany", "minions": [2, 3], "named": {"adam": 2, "Élise": 3}, "boss": null, "contact": {"email": "zoe@x", "all": [1, 2]}}
	b:12 {"id": 12, "name": "Zoe", "country_name": "Germany", "minions": [2, 3], "named": {"adam": 2, "Élise": 3}, "boss": null, "contact": {"email": "zoe@x", "all": [1, 2]}}
	b:13 {"id": 13, "name": "adam", "country_name": "France", "minions": [], "named": {}, "boss": {"id": 1}, "contact": {"email": null, "all": []}}
	b:14 {"id": 14, "name": null, "country_name": null, "minions": [], "named": {}, "boss": null, "contact": {"email": null, "all": []}}
	b:15 {"id": 15, "name": "Élise", "country_name": null, "minions": [], "named": {}, "boss": {"id": 1}, "contact": {"email": "e@x", "all": []}}`},

	{"objects of the same row, and expressions through relations", `
	from: author
	key: "a:{id}"
	joins: {boss: author, home: {one: country}}
	fields:
	  me: {columns: [name], fields: {land: home.name, chief: {one: author, value: name}, again: chief}}
	  boss_name: boss.name
	  boss_land: land
	  land: {one: country, through: {table: author, on: {id: boss_id}}, on: {code: country_code}, value: name}`, `
	a:1 {"me": {"name": "Zoe", "land": "Germany", "chief": null, "again": null}, "boss_name": null, "boss_land": null, "land": null}
	a:2 {"me": {"name": "adam", "land": "France", "chief": "Zoe", "again": "Zoe"}, "boss_name": "Zoe", "boss_land": "Germany", "land": "Germany"}
	a:3 {"me": {"name": "Élise", "land": null, "chief": "Zoe", "again": "Zoe"}, "boss_name": "Zoe", "boss_land": "Germany", "land": "Germany"}`},

	{"templates", `
	from: author
	key: ["a:{id}", "mail:{email}", "{{}}{{{id}}}:{country_code}", "of:{boss.country_code}:{id}", "it's\\:{ name }:{id}"]
	joins: {boss: author}
	columns: [id]`, `
	a:1 {"id": 1}
	mail:zoe@x {"id": 1}
	{}{1}:DE {"id": 1}
	it's\:Zoe:1 {"id": 1}
	a:2 {"id": 2}
	{}{2}:FR {"id": 2}
	of:DE:2 {"id": 2}
	it's\:adam:2 {"id": 2}
	a:3 {"id": 3}
	mail:e@x {"id": 3}
	of:DE:3 {"id": 3}
	it's\:Élise:3 {"id": 3}`},

	{"keys are the text of a cast", `
	from: note
	key: ["n:{id}:{seen}", "{id}"]
	columns: [seen]`, `
	1 {"seen": true}
	2 {"seen": false}
	3 {"seen": null}
	n:1:true {"seen": true}
	n:2:false {"seen": false}`},

	{"joins compare as PostgreSQL does", `
	from: country
	key: "c:{code}"
	fields:
	  places: {many: note, on: {place: code}, value: id}
	  about: {many: note, through: author, on: {about: id}, value: about}`, `
	c:DE {"places": [1], "about": [1.00, 1]}
	c:FR {"places": [], "about": []}`},

	{"odd names and composite keys", `
	from: Odd Schema.Order Items
	key: "{\"Order ID\"}:{no}"
	columns: [Order ID, "it's \"it\""]
	fields:
	  Piece's "n°":
	    many: piece
	    order_by: id desc
	    fields: {"order": "\"order\"", what: {one: Odd Schema.Order Items, value: "\"it's \"\"it\"\"\""}}`, `
	1:1 {"Order ID": 1, "it's \"it\"": "a", "Piece's \"n°\"": []}
	1:2 {"Order ID": 1, "it's \"it\"": null, "Piece's \"n°\"": [{"order": 1, "what": null}, {"order": 1, "what": null}]}
	2:1 {"Order ID": 2, "it's \"it\"": "it's", "Piece's \"n°\"": [{"order": 2, "what": "it's"}]}`},

	{"expressions", `
	from: book
	key: "b:{id}"
	fields:
	  dear: price > 5
	  label: upper(left(title, 2)) || '-' || id
	  fair: "case when price between 2 and 6 then 'fair' when price is null then 'unknown' else 'other' end"
	  author: {one: author, value: "coalesce(email, lower(name))"}
	  far: author || '!'
	  country: {one: country, through: author, columns: [name], fields: {both: "through.name || '/' || name"}}`, `
	b:10 {"dear": true, "label": "AL-10", "fair": "other", "author": "zoe@x", "far": "zoe@x!", "country": {"name": "Germany", "both": "Zoe/Germany"}}
	b:11 {"dear": null, "label": "BE-11", "fair": "unknown", "author": "zoe@x", "far": "zoe@x!", "country": {"name": "Germany", "both": "Zoe/Germany"}}
	b:12 {"dear": false, "label": "GA-12", "fair": "fair", "author": "zoe@x", "far": "zoe@x!", "country": {"name": "Germany", "both": "Zoe/Germany"}}
	b:13 {"dear": false, "label": "AL-13", "fair": "fair", "author": "adam", "far": "adam!", "country": {"name": "France", "both": "adam/France"}}
	b:14 {"dear": false, "label": null, "fair": "other", "author": null, "far": null, "country": null}
	b:15 {"dear": false, "label": "X-15", "fair": "other", "author": "e@x", "far": "e@x!", "country": null}`},

	{"where of a root, by far columns and aggregates", `
	from: author
	key: "a:{id}"
	where: written > 1 or boss.name = 'Zoe' and country.name is null
	joins: {written: {many: book, value: count(*)}, boss: author, country: country}
	columns: [id]`, `
	a:1 {"id": 1}
	a:3 {"id": 3}`},

	{"where of relations, before order and limit", `
	from: author
	key: "a:{id}"
	fields:
	  dear: {many: book, where: price >= 1, order_by: price % 4, limit: 1, value: id}
	  covered: {many: book, joins: {cover: cover}, where: cover.url is not null, value: id}
	  home: {one: country, where: name like 'G%', value: name}
	  linked: {many: tag, through: [book, book_tag], where: through.position > 1, value: name}`, `
	a:1 {"dear": [12], "covered": [10], "home": "Germany", "linked": ["red"]}
	a:2 {"dear": [13], "covered": [], "home": null, "linked": []}
	a:3 {"dear": [15], "covered": [], "home": null, "linked": []}`},

	{"aggregates: a value, an object, merged", `
	from: author
	key: "a:{id}"
	columns: [id]
	fields:
	  number: {many: book, value: count(*)}
	  prices: {many: book, fields: {best: max(price), sum: sum(price), mean: "round(avg(price), 2)", none: count(*) filter (where price is null), grades: count(distinct grade)}}
	  merged: {many: book, inline: true, where: price > 2, fields: {dear: count(*), titles: "string_agg(title, ',' order by title desc)"}}
	  tags: {many: tag, through: [book, book_tag], value: "array_agg(distinct name order by name)"}
	  links: {many: tag, through: [book, book_tag], value: count(through.position)}
	  twice: number * 2
	  most: prices.best`, `
	a:1 {"id": 1, "number": 3, "prices": {"best": 9.90, "sum": 14.90, "mean": 7.45, "none": 1, "grades": 2}, "dear": 2, "titles": "Gamma,Alpha", "tags": ["Red", "blue", "red"], "links": 3, "twice": 6, "most": 9.90}
	a:2 {"id": 2, "number": 1, "prices": {"best": 5.00, "sum": 5.00, "mean": 5.00, "none": 0, "grades": 1}, "dear": 1, "titles": "alpha", "tags": ["red"], "links": 1, "twice": 2, "most": 5.00}
	a:3 {"id": 3, "number": 1, "prices": {"best": 1.00, "sum": 1.00, "mean": 1.00, "none": 0, "grades": 1}, "dear": 0, "titles": null, "tags": null, "links": 0, "twice": 2, "most": 1.00}`},

	{"aggregates of aggregates", `
	from: country
	key: "c:{code}"
	fields:
	  books: {many: author, joins: {written: {many: book, value: count(*)}}, where: written > 0, value: "sum(written + 1)"}
	  people: {many: author, order_by: written desc, fields: {n: name, written: {many: book, value: count(*)}}}`, `
	c:DE {"books": 4, "people": [{"n": "Zoe", "written": 3}]}
	c:FR {"books": 2, "people": [{"n": "adam", "written": 1}]}`},

	{"aggregates below a missing row", `
	from: book
	key: "b:{id}"
	where: id > 12
	fields:
	  author: {one: author, inline: true, fields: {written: {many: book, value: count(*)}, all: {many: book, inline: true, fields: {n: count(*)}}}}`, `
	b:13 {"written": 1, "n": 1}
	b:14 {"written": null, "n": null}
	b:15 {"written": 1, "n": 1}`},

	{"hash", `
	from: author
	key: "a:{id}"
	as: hash
	columns: [id, name, email]
	fields:
	  none: {one: country, value: name}
	  books: {many: book, value: id}
	  boss: {one: author, inline: true, fields: {boss_name: name, minions: {many: author, on: {boss_id: id}, value: id}, o: {columns: [id]}}}`, `
	a:1 {"id": 1, "name": "Zoe", "email": "zoe@x", "none": "Germany", "books": [10, 11, 12], "minions": [], "o": {"id": null}}
	a:2 {"id": 2, "name": "adam", "none": "France", "books": [13], "boss_name": "Zoe", "minions": [2, 3], "o": {"id": 1}}
	a:3 {"id": 3, "name": "Élise", "email": "e@x", "books": [15], "boss_name": "Zoe", "minions": [2, 3], "o": {"id": 1}}`},

	{"text", `
	from: author
	key: "a:{id}"
	as: text
	value: country_code || email`, `
	a:1 "DEzoe@x"`},

	{"set", `
	from: book
	key: "b:{id}"
	as: set
	member: "{title}/{author.name}"
	joins: {author: author}`, `
	b:10 ["Alpha/Zoe", 0]
	b:11 ["beta/Zoe", 0]
	b:12 ["Gamma/Zoe", 0]
	b:13 ["alpha/adam", 0]
	b:15 ["x/Élise", 0]`},

	{"zset", `
	from: note
	key: "n:{id}"
	as: zset
	member: "{id}"
	score: nullif(about, 2) + id`, `
	n:1 ["1", "2"]
	n:2 ["2", "3"]`},
}
