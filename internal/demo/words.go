package demo

// department is two levels of the tree of categories; the kinds of goods in a
// group are the third, and hold the products.
type department struct {
	name      string
	materials []string
	groups    []group
}

type group struct {
	name  string
	goods []goods
}

// goods is a kind of thing: its category, and what one and all others are called.
type goods struct{ category, name, german, french string }

var departments = []department{
	{"Kitchen", []string{"beech", "copper", "enamel", "glass", "oak", "porcelain", "stainless steel", "stoneware"}, []group{
		{"Cups", []goods{{"Mugs", "Mug", "Becher", "Tasse"}, {"Teacups", "Teacup", "Teetasse", "Tasse à thé"}, {"Espresso Cups", "Espresso Cup", "Espressotasse", "Tasse à espresso"}}},
		{"Plates", []goods{{"Dinner Plates", "Dinner Plate", "Speiseteller", "Assiette plate"}, {"Bowls", "Bowl", "Schale", "Bol"}, {"Platters", "Platter", "Servierplatte", "Plat"}}},
		{"Pots", []goods{{"Saucepans", "Saucepan", "Stieltopf", "Casserole"}, {"Frying Pans", "Frying Pan", "Bratpfanne", "Poêle"}, {"Casseroles", "Casserole", "Bräter", "Cocotte"}}},
		{"Knives", []goods{{"Bread Knives", "Bread Knife", "Brotmesser", "Couteau à pain"}, {"Paring Knives", "Paring Knife", "Schälmesser", "Couteau d'office"}, {"Cutting Boards", "Cutting Board", "Schneidebrett", "Planche à découper"}}},
	}},
	{"Garden", []string{"acacia", "bamboo", "galvanised steel", "larch", "teak", "terracotta", "willow"}, []group{
		{"Plant Care", []goods{{"Watering Cans", "Watering Can", "Gießkanne", "Arrosoir"}, {"Plant Pots", "Plant Pot", "Blumentopf", "Pot de fleurs"}, {"Trellises", "Trellis", "Rankgitter", "Treillis"}}},
		{"Garden Tools", []goods{{"Spades", "Spade", "Spaten", "Bêche"}, {"Rakes", "Rake", "Rechen", "Râteau"}, {"Secateurs", "Secateur", "Gartenschere", "Sécateur"}}},
		{"Outdoor Furniture", []goods{{"Garden Chairs", "Garden Chair", "Gartenstuhl", "Chaise de jardin"}, {"Garden Tables", "Garden Table", "Gartentisch", "Table de jardin"}, {"Benches", "Bench", "Bank", "Banc"}}},
	}},
	{"Office", []string{"ash", "beech", "cardboard", "leather", "linen", "oak", "steel"}, []group{
		{"Desks", []goods{{"Writing Desks", "Writing Desk", "Schreibtisch", "Bureau"}, {"Desk Lamps", "Desk Lamp", "Schreibtischlampe", "Lampe de bureau"}, {"Office Chairs", "Office Chair", "Bürostuhl", "Chaise de bureau"}}},
		{"Stationery", []goods{{"Notebooks", "Notebook", "Notizbuch", "Carnet"}, {"Fountain Pens", "Fountain Pen", "Füller", "Stylo plume"}, {"Pencil Cases", "Pencil Case", "Federmappe", "Trousse"}}},
		{"Storage", []goods{{"Shelves", "Shelf", "Regal", "Étagère"}, {"Drawer Units", "Drawer Unit", "Rollcontainer", "Caisson"}, {"Boxes", "Box", "Kiste", "Boîte"}}},
	}},
	{"Outdoors", []string{"aluminium", "canvas", "nylon", "recycled polyester", "titanium", "waxed cotton"}, []group{
		{"Camping", []goods{{"Tents", "Tent", "Zelt", "Tente"}, {"Sleeping Bags", "Sleeping Bag", "Schlafsack", "Sac de couchage"}, {"Camping Stoves", "Camping Stove", "Campingkocher", "Réchaud"}}},
		{"Hiking", []goods{{"Backpacks", "Backpack", "Rucksack", "Sac à dos"}, {"Water Bottles", "Water Bottle", "Trinkflasche", "Gourde"}, {"Head Torches", "Head Torch", "Stirnlampe", "Lampe frontale"}}},
		{"Cycling", []goods{{"Helmets", "Helmet", "Helm", "Casque"}, {"Panniers", "Pannier", "Fahrradtasche", "Sacoche"}, {"Bicycle Lights", "Bicycle Light", "Fahrradlicht", "Éclairage vélo"}}},
	}},
	{"Bedroom", []string{"ash", "birch", "cotton", "felt", "linen", "oak", "wool"}, []group{
		{"Bedding", []goods{{"Blankets", "Blanket", "Decke", "Couverture"}, {"Pillows", "Pillow", "Kissen", "Oreiller"}, {"Duvet Covers", "Duvet Cover", "Bettbezug", "Housse de couette"}}},
		{"Bedroom Furniture", []goods{{"Bed Frames", "Bed Frame", "Bettgestell", "Cadre de lit"}, {"Bedside Tables", "Bedside Table", "Nachttisch", "Table de chevet"}, {"Wardrobes", "Wardrobe", "Kleiderschrank", "Armoire"}}},
	}},
	{"Workshop", []string{"beech", "brass", "carbon steel", "chrome steel", "hickory", "stainless steel"}, []group{
		{"Hand Tools", []goods{{"Hammers", "Hammer", "Hammer", "Marteau"}, {"Screwdrivers", "Screwdriver", "Schraubendreher", "Tournevis"}, {"Saws", "Saw", "Säge", "Scie"}}},
		{"Measuring", []goods{{"Tape Measures", "Tape Measure", "Bandmaß", "Mètre ruban"}, {"Spirit Levels", "Spirit Level", "Wasserwaage", "Niveau à bulle"}, {"Calipers", "Caliper", "Messschieber", "Pied à coulisse"}}},
	}},
}

var (
	makers     = []string{"Alder", "Birchwood", "Corvin", "Dahlia", "Elbe", "Fjord", "Glenn", "Hallmark Hill", "Isar", "Juniper", "Kestrel", "Lindgren", "Marlow", "Norrland", "Oakfield", "Perrin", "Quayside", "Rowan", "Söder", "Tamsin", "Umbra", "Vale", "Westerly", "Yarrow"}
	qualities  = []string{"Classic", "Compact", "Everyday", "Handmade", "Large", "Light", "Plain", "Robust", "Simple", "Slim", "Small", "Sturdy", "Tall", "Travel", "Wide"}
	colours    = []string{"anthracite", "blue", "cream", "forest green", "grey", "mustard", "natural", "navy", "red", "sand", "sky blue", "terracotta", "white"}
	praise     = []string{"Built to last", "Made in small numbers", "A favourite of our customers", "Designed for daily use", "Easy to clean", "Good to hold", "Made by a family business", "Repairable, with spare parts for ten years"}
	details    = []string{"Comes in a plain cardboard box.", "Care instructions are included.", "Colours may differ slightly from the picture.", "Two years of guarantee.", "Ships within two days.", "Spare parts are available.", "Assembled in a few minutes."}
	tagNames   = []string{"bestseller", "new arrival", "gift idea", "on offer", "handmade", "fair trade", "recycled", "vegan", "limited edition", "for children", "for beginners", "for professionals", "dishwasher-safe", "waterproof", "foldable", "lightweight", "heavy duty", "minimalist", "vintage", "rustic", "modern", "scandinavian", "japanese", "local", "award-winning", "staff choice", "last chance", "pre-order", "free delivery", "gift wrap", "personalised", "organic", "plastic-free", "energy-saving", "easy care", "quick assembly", "indoor", "summer", "winter", "holiday season"}
	givenNames = []string{"Ada", "Aisha", "Alan", "Amara", "Anders", "Barbara", "Carlos", "Chen", "Clara", "Daniel", "Dorothy", "Edsger", "Elena", "Emil", "Fatima", "Frances", "Grace", "Hanna", "Hiroshi", "Ingrid", "Ivan", "Jamal", "Jean", "Jonas", "Karen", "Kwame", "Leila", "Linus", "Margaret", "Mateo", "Mei", "Nadia", "Niklaus", "Olga", "Priya", "Radia", "Samuel", "Sofia", "Tomás", "Yuki"}
	surnames   = []string{"Allen", "Baker", "Becker", "Costa", "Dijkstra", "Dubois", "Eriksen", "Fischer", "García", "Hamilton", "Hansen", "Hopper", "Ito", "Jensen", "Johansson", "Kaya", "Kim", "Kowalska", "Lamport", "Liskov", "Lovelace", "Martin", "Mensah", "Moreau", "Nguyen", "Novak", "Okafor", "Patel", "Perlman", "Rossi", "Santos", "Schmidt", "Silva", "Singh", "Tanaka", "Turing", "Virtanen", "Weber", "Wirth", "Zhang"}
	streets    = []string{"Bakery Lane", "Bridge Street", "Castle Road", "Cherry Alley", "Church Street", "Garden Street", "Harbour Road", "High Street", "Hill Road", "Lime Avenue", "Market Square", "Mill Lane", "Park Road", "River Walk", "School Lane", "Station Road", "Victoria Street", "Willow Way"}
	places     = []town{{"Amsterdam", "NL"}, {"Barcelona", "ES"}, {"Bergen", "NO"}, {"Berlin", "DE"}, {"Bologna", "IT"}, {"Copenhagen", "DK"}, {"Dublin", "IE"}, {"Edinburgh", "GB"}, {"Gdańsk", "PL"}, {"Ghent", "BE"}, {"Graz", "AT"}, {"Hamburg", "DE"}, {"Helsinki", "FI"}, {"Lisbon", "PT"}, {"Ljubljana", "SI"}, {"London", "GB"}, {"Lyon", "FR"}, {"Malmö", "SE"}, {"Munich", "DE"}, {"Nantes", "FR"}, {"Porto", "PT"}, {"Prague", "CZ"}, {"Tartu", "EE"}, {"Turin", "IT"}, {"Uppsala", "SE"}, {"Utrecht", "NL"}, {"Valencia", "ES"}, {"Zürich", "CH"}}
)

// How often a word is here is how often it is drawn.
var (
	productStates = []string{"active", "active", "active", "active", "active", "active", "active", "active", "sold out", "discontinued"}
	orderStates   = []string{"delivered", "delivered", "delivered", "shipped", "paid", "placed", "returned"}
	ratings       = []int{1, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5}
)

// What every translation says beside the name.
const (
	germanDetail = "Zwei Jahre Garantie."
	frenchDetail = "Garantie de deux ans."
)

type town struct{ city, country string }

// reviewTexts is what people say, by their rating from 1 to 5.
var reviewTexts = [5][]string{
	{"Broke after a week.", "Not as in the picture at all.", "Arrived damaged, and nobody answered.", "I sent it back."},
	{"Less sturdy than I had hoped.", "Too small for us.", "The colour is quite different.", "Works, but feels cheap."},
	{"It is all right for the price.", "Does what it should.", "Nice, but delivery took long.", "Good idea, average make."},
	{"Good quality, I would buy it again.", "Looks lovely in our home.", "Solid and well made.", "Very nice, a little pricey."},
	{"Exactly what I was looking for!", "Best purchase this year.", "Beautiful, and practical too.", "A present that was much admired.", "We use it every single day."},
}

var reviewEndings = []string{"", "", " My sister has one too.", " Delivery was quick.", " Recommended.", " Had it for three months now.", " Well packed."}
