"""The shop's own range: one `Shelf` per leaf category.

An item line reads `name | MRP of the first pack | sentence | key=value; ...`.
Known keys: hsn, packs, diet, fl (flavour), ing (ingredients), origin, days,
grade, n (how many brands carry it). Larger packs are priced from the first.
"""

from typing import NamedTuple


class Shelf(NamedTuple):
    path: str
    code: str
    hsn: str
    diet: str
    days: int
    storage: str
    brands: str
    carried_by: int
    packs: str
    closing: tuple
    ingredients: str
    items: str


class Brand(NamedTuple):
    factor: float
    organic: bool
    sentence: str


BRANDS = {
    "FreshVilla Select": Brand(1.12, False, "Chosen and checked by the FreshVilla quality team."),
    "FreshVilla Everyday": Brand(0.94, False, "Good everyday quality at a fair price."),
    "Gaon Fresh": Brand(1.0, False, "Bought from farmer groups and packed in small lots."),
    "Annapurna Farms": Brand(1.05, False, "From a family of farms that has supplied kirana shops for decades."),
    "Dharti Jaivik": Brand(1.38, True, "Grown without synthetic pesticides and certified organic."),
    "Gokuldhara": Brand(1.0, False, "Trusted by families for honest quality."),
    "Himshila Dairy": Brand(1.1, False, "Packed in a hygienic, modern plant."),
    "Rasoi Rang": Brand(1.0, False, "Made in small batches to keep the full aroma."),
    "Swaad Sarita": Brand(1.08, False, "A recipe that tastes like home cooking."),
    "Chatpata Chowk": Brand(1.0, False, "Crisp, fresh and full of bazaar flavour."),
    "Tandoor Gali": Brand(1.06, False, "Baked fresh in small batches."),
    "Mithaas Ghar": Brand(1.1, False, "Prepared with care in a spotless kitchen."),
    "Chai Chaupal": Brand(1.0, False, "Blended by expert tasters for Indian palates."),
    "Ghoont": Brand(1.0, False, "Made under strict quality control."),
    "Subah Savera": Brand(1.0, False, "An easy start to a busy morning."),
    "Thanda Junction": Brand(1.0, False, "Quick-frozen to lock in freshness."),
    "Saagar Taaza": Brand(1.05, False, "Handled with care all the way to your kitchen."),
    "Nanhe Kadam": Brand(1.0, False, "Gentle care that parents can rely on."),
    "Tulsivan Naturals": Brand(1.15, False, "Made with plant ingredients and no parabens."),
    "Roz Nikhaar": Brand(0.95, False, "Dependable daily care for the whole family."),
    "Safaai Saathi": Brand(1.0, False, "Tough on dirt and easy on the budget."),
    "Chamak Dhamak": Brand(1.07, False, "A little goes a long way."),
}

POOLS = {
    "staples": ("FreshVilla Select", "Gaon Fresh", "Annapurna Farms", "Dharti Jaivik", "FreshVilla Everyday"),
    "fresh": ("FreshVilla Select",),
    "dairy": ("Gokuldhara", "Himshila Dairy", "FreshVilla Everyday"),
    "eggs": ("Gaon Fresh", "FreshVilla Select", "FreshVilla Everyday"),
    "bakery": ("Tandoor Gali", "FreshVilla Everyday", "FreshVilla Select"),
    "snacks": ("Chatpata Chowk", "FreshVilla Everyday", "Swaad Sarita"),
    "tea": ("Chai Chaupal", "FreshVilla Select", "FreshVilla Everyday"),
    "drinks": ("Ghoont", "FreshVilla Everyday", "FreshVilla Select"),
    "spices": ("Rasoi Rang", "Gaon Fresh", "FreshVilla Select", "Dharti Jaivik"),
    "pantry": ("Swaad Sarita", "Rasoi Rang", "FreshVilla Select"),
    "oils": ("Annapurna Farms", "FreshVilla Everyday", "Gaon Fresh"),
    "meat": ("Saagar Taaza", "FreshVilla Select"),
    "frozen": ("Thanda Junction", "FreshVilla Everyday"),
    "breakfast": ("Subah Savera", "FreshVilla Everyday", "FreshVilla Select"),
    "sweets": ("Mithaas Ghar", "FreshVilla Select", "Swaad Sarita"),
    "baby": ("Nanhe Kadam", "FreshVilla Select"),
    "care": ("Tulsivan Naturals", "Roz Nikhaar", "FreshVilla Everyday"),
    "home": ("Safaai Saathi", "Chamak Dhamak", "FreshVilla Everyday"),
}

DRY = "Store in a cool, dry place in an airtight container"
CHILL = "Keep refrigerated below 5 C"
FROZEN = "Keep frozen at or below -18 C"
ROOM = "Store at room temperature away from direct sunlight"
FRESH = "Keep in a cool, airy place or refrigerate"

SHELVES = (
    # ---------------------------------------------------------------- fruit and vegetables
    Shelf("Fruits & Vegetables > Vegetables > Everyday Vegetables", "VEG", "07099990", "VEGAN", 5, FRESH, "fresh", 1, "500 g,1 kg",
          ("Graded by hand before dispatch.",), "{base}", """
Broccoli (Hari Gobhi) | 85 | Tight green florets that stay crunchy in stir-fries and pasta. | hsn=07041000; packs=250 g,500 g
Zucchini Green | 60 | Tender courgettes for grilling, soups and healthy noodles. | hsn=07099320
Cherry Tomatoes (Tamatar) | 70 | Sweet bite-sized tomatoes for salads and lunch boxes. | hsn=07020000; packs=250 g,500 g
Baby Corn | 45 | Whole tender cobs, ready for manchurian and mixed vegetables. | hsn=07099990; packs=200 g
"""),
    Shelf("Fruits & Vegetables > Vegetables > Leafy Greens & Herbs", "LEAF", "07099990", "VEGAN", 3, CHILL, "fresh", 1, "100 g",
          ("Best used within two days.",), "{base}", """
Curry Leaves (Kadi Patta) | 15 | Fragrant sprigs for tadka, sambar and chutney. | hsn=07099990
Lettuce Iceberg | 65 | A crisp head for burgers and salads. | hsn=07051100; packs=250 g
Basil Leaves | 45 | Sweet Italian basil for pesto, pizza and drinks. | packs=50 g
"""),
    Shelf("Fruits & Vegetables > Fruits > Everyday Fruits", "FRUIT", "08109090", "VEGAN", 7, FRESH, "fresh", 1, "500 g,1 kg",
          ("Graded by hand before dispatch.",), "{base}", """
Kiwi Green | 110 | Tangy fruit rich in vitamin C. | hsn=08105000; packs=3 pc,6 pc; origin=New Zealand
Avocado | 160 | Buttery flesh for toast, salads and dips. | hsn=08044000; packs=1 pc,2 pc; origin=Tanzania
Strawberry | 120 | Bright red berries from the hills, packed in a punnet. | hsn=08101000; packs=200 g
Blueberry | 299 | Plump berries for breakfast bowls and baking. | hsn=08104000; packs=125 g; origin=Peru
Dragon Fruit (Kamalam) | 95 | Mildly sweet pink fruit with a refreshing bite. | packs=1 pc,2 pc
Alphonso Mango (Hapus) | 549 | Fragrant Ratnagiri mangoes, naturally ripened. | hsn=08045021; packs=1 kg,2 kg
"""),
    # ---------------------------------------------------------------- staples
    Shelf("Staples > Rice > Basmati Rice", "RICE", "10063020", "VEGAN", 720, DRY, "staples", 4, "1 kg,5 kg",
          ("Soak for 20 minutes for long, separate grains.", "Lovely with dal, rajma or a slow-cooked biryani."), "{base}", """
Classic Basmati Rice (Chawal) | 145 | Aged long-grain basmati with a delicate aroma.
Biryani Basmati Rice | 189 | Extra-long grains aged two years for festive biryani and pulao.
Daily Basmati Rice (Mogra) | 95 | Broken basmati for quick everyday meals. | packs=1 kg,5 kg,10 kg
Brown Basmati Rice | 165 | Whole-grain basmati with the bran left on for extra fibre. | hsn=10062000; n=3
1121 Sella Basmati Rice | 132 | Parboiled golden grains that do not stick. | n=3
"""),
    Shelf("Staples > Rice > Regular Rice & Poha", "RGRC", "10063090", "VEGAN", 540, DRY, "staples", 3, "1 kg,5 kg",
          ("A dependable rice for daily meals.", "Wash twice and cook with two parts of water."), "{base}", """
Sona Masoori Rice | 72 | Light, fluffy medium-grain rice for everyday lunches. | packs=1 kg,5 kg,10 kg
Kolam Rice | 78 | Soft, easily digested rice loved in western India.
Ponni Boiled Rice | 68 | Parboiled rice for South Indian meals. | hsn=10063010
Idli Rice | 62 | Short thick grains that give soft idlis and crisp dosas. | hsn=10063010
Kerala Matta Rice | 82 | Nutty red parboiled rice from Palakkad. | hsn=10063010; n=2
Thick Poha (Chivda) | 38 | Flattened rice for kanda poha and chivda. | hsn=19041020; packs=500 g,1 kg
Murmura (Puffed Rice) | 28 | Light puffed rice for bhel and chikki. | hsn=19041020; packs=250 g,500 g; n=2
"""),
    Shelf("Staples > Flours & Grains > Atta & Flours", "ATTA", "11010000", "VEGAN", 120, DRY, "staples", 3, "1 kg,5 kg",
          ("Finely ground and sieved.", "Keep sealed after opening to hold freshness."), "{base}", """
Chakki Fresh Atta (Gehu ka Atta) | 58 | Stone-ground whole wheat flour for soft rotis. | packs=1 kg,5 kg,10 kg; n=4
Sharbati Atta | 72 | Atta from golden MP Sharbati wheat with natural sweetness.
Multigrain Atta | 78 | Wheat blended with chana, soya, oats and maize. | n=2
Maida (Refined Flour) | 34 | Smooth white flour for naan, cakes and samosa. | packs=500 g,1 kg
Sooji (Rava) | 36 | Semolina for upma, halwa and rava idli. | hsn=11031120; packs=500 g,1 kg
Besan (Gram Flour) | 68 | Fine chana dal flour for pakora, kadhi and laddoo. | hsn=11061000; packs=500 g,1 kg; n=4
Rice Flour (Chawal ka Atta) | 45 | For dosa, murukku and crisp coatings. | hsn=11023000; packs=500 g,1 kg
Ragi Flour (Nachni Atta) | 62 | Calcium-rich finger millet flour for roti, mudde and porridge. | hsn=11029090; packs=500 g,1 kg
Dalia (Broken Wheat) | 48 | Wholesome cracked wheat for porridge and khichdi. | hsn=11031110; packs=500 g,1 kg; n=2
"""),
    Shelf("Staples > Flours & Grains > Millets & Whole Grains", "MILT", "10082999", "VEGAN", 365, DRY, "staples", 2, "500 g,1 kg",
          ("A gluten-free grain with a low glycaemic index.", "Cook it like rice or grind it into flour."), "{base}", """
Foxtail Millet (Kangni) | 75 | Mild yellow millet for pulao and upma. | hsn=10082960
Little Millet (Kutki) | 80 | Small-grained millet that cooks in ten minutes. | hsn=10082980
Barnyard Millet (Sanwa) | 85 | A favourite for fasting-day khichdi. | hsn=10082940
Proso Millet (Cheena) | 78 | Fluffy grains with a gentle nutty taste. | hsn=10082950
Quinoa | 185 | White quinoa with complete plant protein. | hsn=10085000
Sabudana (Sago) | 65 | Even white pearls for vada, kheer and khichdi. | hsn=19030000
"""),
    Shelf("Staples > Dals & Pulses > Dals", "DAL", "07139010", "VEGAN", 365, DRY, "staples", 4, "500 g,1 kg",
          ("Machine cleaned, unpolished and ready to cook.", "A simple source of protein for every day."), "{base}", """
Toor Dal (Arhar) | 98 | Split pigeon peas for sambar and everyday dal. | hsn=07136000
Moong Dal (Yellow) | 82 | Quick-cooking and light on the stomach. | hsn=07133190
Moong Dal Chilka | 80 | Split green gram with its skin for khichdi and chilla. | hsn=07133190; n=3
Chana Dal | 62 | Split Bengal gram with a sweet, nutty bite. | hsn=07132020
Masoor Dal (Red Lentil) | 58 | Salmon-coloured lentils that cook soft in minutes. | hsn=07134000
Urad Dal White (Dhuli) | 88 | Skinned black gram for idli, dosa and dal makhani. | hsn=07133110
Urad Dal Chilka | 84 | Split black gram with skin for hearty winter dals. | hsn=07133110; n=2
"""),
    Shelf("Staples > Dals & Pulses > Whole Pulses", "PULS", "07133990", "VEGAN", 365, DRY, "staples", 3, "500 g,1 kg",
          ("Soak overnight for the best texture.", "Sorted to remove stones and broken grains."), "{base}", """
Kabuli Chana (Chole) | 92 | Large cream chickpeas for chole and hummus. | hsn=07132010; n=4
Kala Chana | 60 | Desi brown chickpeas rich in fibre. | hsn=07132020
Rajma Chitra | 95 | Speckled kidney beans for creamy rajma chawal. | hsn=07133300
Jammu Red Rajma | 105 | Small red kidney beans with deep flavour. | hsn=07133300; n=2
Green Moong Whole (Sabut) | 78 | For sprouts, dal and pesarattu. | hsn=07133190
Lobia (Black Eyed Beans) | 72 | Quick-cooking beans with an earthy taste. | hsn=07133500; n=2
Dried Green Peas (Matar) | 48 | For ghugni, ragda and usal. | hsn=07131020; n=2
Black Masoor Whole | 60 | Whole lentils that hold their shape. | hsn=07134000; n=2
"""),
    Shelf("Staples > Pantry > Sugar, Salt & Jaggery", "SUGR", "17019990", "VEGAN", 730, DRY, "staples", 3, "1 kg,5 kg",
          ("Keep dry and sealed.", "A kitchen essential."), "{base}", """
White Sugar (Cheeni) | 49 | Sulphur-free fine crystals that dissolve quickly.
Brown Sugar | 78 | Moist, caramel-flavoured sugar for coffee and baking. | packs=500 g,1 kg; n=2
Mishri (Rock Sugar) | 62 | Crystal sugar lumps for prasad and mukhwas. | hsn=17019990; packs=500 g; n=2
Jaggery Powder (Gud) | 72 | Unrefined cane jaggery with rich mineral taste. | hsn=17011410; packs=500 g,1 kg
Iodised Salt (Namak) | 24 | Free-flowing vacuum salt with added iodine. | hsn=25010010; packs=1 kg,2 kg; ing=Common salt, potassium iodate
Rock Salt (Sendha Namak) | 58 | Pink Himalayan salt used on fasting days. | hsn=25010020; packs=500 g,1 kg
Black Salt Powder (Kala Namak) | 32 | Tangy salt for chaat, raita and nimbu pani. | hsn=25010090; packs=200 g,500 g; n=2
"""),
    Shelf("Staples > Pantry > Nuts & Dry Fruits", "NUTS", "08029900", "VEGAN", 180, DRY, "staples", 2, "100 g,250 g,500 g",
          ("Packed in a resealable pouch.", "Good for gifting and everyday snacking."), "{base}", """
California Almonds (Badam) | 118 | Crunchy whole almonds for soaking, snacking and sweets. | hsn=08021200; origin=United States; n=4
Cashews W240 (Kaju) | 125 | Large whole white cashew kernels. | hsn=08013220; grade=W240; n=4
Broken Cashews (Kaju Tukda) | 92 | Economical pieces for gravies and halwa. | hsn=08013210; grade=LWP
Walnut Kernels (Akhrot) | 165 | Light halves rich in omega-3 fats. | hsn=08023200
Pistachios Roasted (Pista) | 175 | Salted in-shell pistachios, evenly roasted. | hsn=08025100; origin=Iran
Green Raisins (Kishmish) | 58 | Long seedless raisins from Nashik grapes. | hsn=08062010; n=3
Black Raisins (Munakka) | 72 | Sun-dried black grapes with seeds. | hsn=08062010
Anjeer (Dried Figs) | 165 | Soft, naturally sweet figs on a string. | hsn=08042090; origin=Afghanistan
Medjool Dates (Khajoor) | 145 | Large, soft caramel-like dates. | hsn=08041020; origin=Jordan; packs=200 g,500 g
Makhana (Fox Nuts) | 140 | Big puffed lotus seeds from Bihar, ideal for roasting. | hsn=20081921; packs=100 g,250 g; n=3
Dried Apricots (Khubani) | 98 | Seedless apricots with a sweet-sour bite. | hsn=08131000; origin=Turkey
Raw Peanuts (Moongphali) | 42 | Bold kernels for chikki, chutney and poha. | hsn=12024220; packs=250 g,500 g,1 kg; n=3
Chia Seeds | 65 | Tiny seeds that thicken smoothies and puddings. | hsn=12079990
Flax Seeds (Alsi) | 32 | Nutty seeds with plant omega-3. | hsn=12040090
Pumpkin Seeds | 78 | Green raw kernels for salads and trail mixes. | hsn=12077090
"""),
    # ---------------------------------------------------------------- dairy and eggs
    Shelf("Dairy & Eggs > Milk & Curd > Milk", "MILK", "04012000", "VEG", 3, CHILL, "dairy", 2, "500 ml,1 l",
          ("Pasteurised and homogenised.", "Boil before use if kept overnight."), "Milk", """
Toned Milk (Doodh) | 29 | Light milk with 3 percent fat for tea and cereals. | n=3
Full Cream Milk | 35 | Rich milk with 6 percent fat for kheer, curd and paneer. | n=3
Cow Milk | 31 | Pure cow milk with a naturally light texture.
Buffalo Milk | 38 | Thick buffalo milk that sets firm curd. | hsn=04014000
Double Toned Milk | 26 | Low-fat milk for the calorie conscious. | n=2
A2 Gir Cow Milk | 55 | Milk from native Gir cows. | n=1
UHT Toned Milk | 38 | Long-life milk that needs no boiling. | days=180; n=2
Skimmed Milk Powder | 165 | Instant low-fat milk powder for tea and mithai. | hsn=04021010; days=365; packs=200 g,500 g,1 kg
Sweetened Condensed Milk | 148 | Thick sweet milk for quick desserts. | hsn=04029920; days=270; packs=400 g; ing=Milk, sugar
Soya Milk Drink | 32 | Plant milk made from whole soyabeans. | hsn=22029910; diet=VEGAN; days=180; packs=200 ml,1 l; ing=Water, soyabean, sugar
"""),
    Shelf("Dairy & Eggs > Milk & Curd > Curd, Lassi & Cream", "CURD", "04039090", "VEG", 10, CHILL, "dairy", 3, "200 g,400 g,1 kg",
          ("Set with live cultures.", "Serve chilled."), "Milk, lactic culture", """
Fresh Curd (Dahi) | 25 | Thick, mildly sour curd set in the cup.
Greek Style Yogurt | 48 | Strained yogurt with twice the protein. | hsn=04032000; packs=100 g,400 g; n=2
Mango Fruit Yogurt | 30 | Creamy yogurt with real mango pieces. | hsn=04032000; fl=Mango; packs=100 g; n=2; ing=Milk, mango pulp, sugar, lactic culture
Masala Chaas (Buttermilk) | 15 | Spiced buttermilk with jeera and coriander. | hsn=04039010; fl=Masala; packs=200 ml,1 l; ing=Curd, water, salt, cumin, coriander
Sweet Lassi | 25 | Punjabi-style sweet yogurt drink. | packs=200 ml,1 l; ing=Curd, sugar, cardamom
Fresh Cream (Malai) | 70 | Smooth 25 percent fat cream for gravies and desserts. | hsn=04015000; days=30; packs=200 ml,1 l; ing=Milk cream; n=2
"""),
    Shelf("Dairy & Eggs > Butter, Paneer & Eggs > Butter, Cheese & Paneer", "CHES", "04069000", "VEG", 180, CHILL, "dairy", 2, "100 g,200 g,500 g",
          ("Keep chilled until use.", "Great for Indian and continental cooking."), "Milk solids, salt", """
Table Butter Salted (Makkhan) | 60 | Creamy pasteurised butter for toast and parathas. | hsn=04051000; packs=100 g,500 g; ing=Milk fat, salt; n=3
White Butter Unsalted | 66 | Home-style makhan without salt or colour. | hsn=04051000; packs=100 g,500 g; ing=Milk fat
Malai Paneer (Cottage Cheese) | 92 | Soft, fresh paneer that does not crumble. | hsn=04061090; days=15; packs=200 g,500 g,1 kg; ing=Milk, citric acid; n=3
Low Fat Paneer | 98 | Protein-rich paneer from toned milk. | hsn=04061090; days=15; packs=200 g; ing=Toned milk, citric acid
Processed Cheese Slices | 145 | Ten individually wrapped slices for sandwiches. | hsn=04063000; packs=200 g,400 g
Cheese Cubes | 135 | Handy cubes for snacks and lunch boxes. | hsn=04063000; packs=200 g
Mozzarella Cheese | 128 | Stretchy pizza cheese, ready diced. | hsn=04061010; packs=200 g,1 kg
Cheese Spread Plain | 105 | Smooth spread for bread and rotis. | hsn=04063000; packs=180 g
Tofu (Soya Paneer) | 75 | Firm vegan tofu made from soyabean milk. | hsn=21069099; diet=VEGAN; days=20; packs=200 g; ing=Water, soyabean, calcium sulphate
"""),
    Shelf("Dairy & Eggs > Butter, Paneer & Eggs > Eggs", "EGGS", "04072100", "EGG", 21, "Keep refrigerated or in a cool place", "eggs", 3, "6 pc,12 pc,30 pc",
          ("Cleaned, candled and packed in a recycled tray.",), "Eggs", """
White Eggs (Anda) | 48 | Farm-fresh large white eggs.
Brown Eggs | 72 | Brown-shelled eggs with rich yolks. | packs=6 pc,12 pc; n=2
Free Range Eggs | 96 | From hens that roam outdoors on natural feed. | packs=6 pc,12 pc; n=2
Duck Eggs | 96 | Large eggs with creamy yolks, good for baking. | hsn=04072900; packs=6 pc; n=1
"""),
    # ---------------------------------------------------------------- bakery
    Shelf("Bakery > Breads & Cakes > Bread & Buns", "BRED", "19059090", "VEG", 5, ROOM, "bakery", 2, "400 g",
          ("Best within the date on the pack.", "Toast lightly for extra crunch."), "Wheat flour, sugar, yeast, salt, edible vegetable oil", """
White Sandwich Bread | 45 | Soft slices for sandwiches and bread pakora. | packs=400 g,700 g; n=3
Whole Wheat Bread (Atta) | 55 | Made with whole wheat flour and bran. | n=3
Multigrain Bread | 65 | Bread topped with seeds and oats.
Milk Bread | 50 | Slightly sweet and extra soft.
Pav (Ladi Pav) | 32 | Fluffy rolls for pav bhaji and vada pav. | packs=6 pc,12 pc
Burger Buns | 38 | Sesame-topped buns, sliced and ready. | packs=4 pc
Pizza Base | 42 | Thin ready bases for a quick pizza. | packs=2 pc
Kulcha | 40 | Leavened soft bread to heat and serve with chole. | packs=4 pc
"""),
    Shelf("Bakery > Breads & Cakes > Cakes & Muffins", "CAKE", "19059010", "EGG", 60, ROOM, "bakery", 2, "150 g,300 g",
          ("A treat for tea time.", "Soft, moist and ready to slice."), "Wheat flour, sugar, egg, edible vegetable oil, milk solids, raising agents", """
Fruit Cake | 65 | Rich cake studded with tutti frutti. | fl=Fruit
Chocolate Muffins | 60 | Chocolatey muffins with a soft centre. | fl=Chocolate; packs=4 pc
Eggless Vanilla Sponge Cake | 75 | A light vanilla sponge without egg. | diet=VEG; fl=Vanilla; ing=Wheat flour, sugar, edible vegetable oil, milk solids, raising agents
Plum Cake | 180 | Christmas cake with soaked raisins and spices. | fl=Plum; packs=350 g
Mawa Cake | 95 | Parsi-style cake with khoya and cardamom. | fl=Mawa; packs=6 pc
"""),
    Shelf("Bakery > Biscuits > Cookies", "COOK", "19053100", "VEG", 180, DRY, "bakery", 3, "150 g,300 g",
          ("Baked till golden.", "Keep in an airtight jar after opening."), "Wheat flour, sugar, butter, edible vegetable oil, milk solids, raising agents", """
Butter Cookies | 60 | Melt-in-the-mouth cookies with real butter. | fl=Butter
Jeera Cookies | 55 | Sweet-salty cookies with roasted cumin. | fl=Jeera
Choco Chip Cookies | 75 | Crisp cookies loaded with chocolate chips. | fl=Chocolate; hsn=19053100
Nan Khatai | 80 | Crumbly besan and ghee shortbread. | fl=Cardamom
Oats & Honey Cookies | 85 | Crunchy cookies with rolled oats. | fl=Honey; n=2
Ragi Cookies (Nachni) | 90 | Finger millet cookies sweetened with jaggery. | fl=Ragi; n=2
"""),
    Shelf("Bakery > Biscuits > Biscuits, Rusks & Crackers", "BISC", "19059020", "VEG", 180, DRY, "bakery", 2, "100 g,250 g",
          ("Crisp with every bite.", "Made for dunking in chai."), "Wheat flour, sugar, edible vegetable oil, salt, raising agents", """
Glucose Biscuits | 15 | Classic glucose biscuits for children and chai time. | hsn=19053100
Marie Biscuits | 22 | Light tea biscuits with a gentle sweetness. | hsn=19053100
Digestive Biscuits | 35 | High-fibre biscuits with whole wheat. | hsn=19053100
Salted Crackers | 25 | Flaky crackers for cheese and dips.
Elaichi Rusk (Toast) | 45 | Twice-baked toast with cardamom. | hsn=19054000; fl=Cardamom; packs=200 g,400 g
Suji Rusk | 48 | Crunchy semolina rusk for the morning. | hsn=19054000; packs=200 g,400 g
Khari (Puff Biscuit) | 70 | Flaky Irani-style puff biscuits. | packs=200 g
Orange Cream Biscuits | 28 | Sandwich biscuits with a zesty filling. | hsn=19053100; fl=Orange
"""),
    # ---------------------------------------------------------------- snacks
    Shelf("Snacks & Namkeen > Namkeen > Bhujia & Sev", "BHUJ", "21069099", "VEGAN", 150, DRY, "snacks", 2, "200 g,400 g,1 kg",
          ("Enjoy straight from the pack or over poha.", "A crunchy partner for evening tea."), "Gram flour (besan), edible vegetable oil, moth dal flour, salt, spices", """
Bikaneri Bhujia | 58 | Thin spicy bhujia made with moth dal.
Aloo Bhujia | 55 | Crisp potato noodles with mint and spices.
Ratlami Sev | 60 | Clove and pepper sev from Malwa.
Nylon Sev | 52 | Very fine sev for bhel and sev puri.
Gathiya | 62 | Soft besan sticks with ajwain, a Kathiawadi favourite.
"""),
    Shelf("Snacks & Namkeen > Namkeen > Mixtures & Dal Namkeen", "MIXT", "21069099", "VEGAN", 150, DRY, "snacks", 2, "200 g,400 g",
          ("Share a bowl with friends.", "Best eaten fresh after opening."), "Gram flour (besan), rice flakes, peanuts, edible vegetable oil, salt, sugar, spices", """
Navratan Mixture | 60 | A festive mix of nine savouries and nuts.
Khatta Meetha | 55 | A sweet, sour and spicy mixture.
Cornflakes Mixture | 65 | Crisp corn flakes with cashews and curry leaves.
Moong Dal Namkeen | 62 | Fried and salted moong dal. | ing=Split moong dal, edible vegetable oil, salt
Chana Jor Garam | 50 | Flattened spiced chickpeas. | ing=Chickpeas, edible vegetable oil, spices, salt
Masala Peanuts | 48 | Peanuts coated in spiced besan. | hsn=20081100
Chivda Poha | 55 | Roasted poha with peanuts and raisins.
South Indian Murukku | 65 | Crunchy rice flour spirals. | ing=Rice flour, urad flour, edible vegetable oil, sesame, salt
"""),
    Shelf("Snacks & Namkeen > Crisps & Papad > Chips & Puffs", "CHIP", "20052000", "VEGAN", 120, DRY, "snacks", 3, "50 g,100 g",
          ("Light, crisp and hard to put down.", "Keep the pack sealed."), "Potato, edible vegetable oil, salt, spices", """
Salted Potato Chips | 20 | Thin-cut chips with just salt. | fl=Salted
Masala Potato Chips | 20 | Ridged chips with chatpata masala. | fl=Masala
Cream & Onion Chips | 22 | Tangy dairy and onion seasoning. | fl=Cream and onion; diet=VEG
Kerala Banana Chips | 45 | Nendran banana slices fried in coconut oil. | hsn=20089999; fl=Salted; ing=Banana, coconut oil, salt; packs=100 g,250 g; n=2
Tapioca Chips | 42 | Crunchy cassava slices with chilli. | hsn=20059900; fl=Chilli; ing=Tapioca, edible vegetable oil, chilli, salt; packs=100 g,250 g; n=1
Corn Puffs Cheese | 20 | Airy puffs dusted with cheese. | hsn=19059030; fl=Cheese; diet=VEG; ing=Corn meal, edible vegetable oil, cheese powder, salt; packs=60 g
Nachos Salsa | 45 | Triangular corn chips with tomato salsa seasoning. | hsn=19059030; fl=Salsa; ing=Corn, edible vegetable oil, tomato powder, salt; packs=150 g; n=2
Masala Popcorn | 40 | Ready-to-eat popped corn with masala. | hsn=19041090; fl=Masala; ing=Corn, edible vegetable oil, spices, salt; packs=80 g; n=2
"""),
    Shelf("Snacks & Namkeen > Crisps & Papad > Papad", "PAPD", "19059040", "VEGAN", 240, DRY, "snacks", 2, "200 g,400 g",
          ("Roast on a flame or fry in hot oil.",), "Urad dal flour, salt, spices, papad khar", """
Moong Papad | 70 | Thin moong dal papad with black pepper.
Urad Papad Punjabi Masala | 75 | Spicy papad with crushed pepper and chilli.
Rice Papad (Chawal) | 65 | Crisp white papad from rice flour. | ing=Rice flour, salt, cumin
Sabudana Papad | 85 | Light fasting-day papad. | ing=Sago, rock salt, cumin; n=1
"""),
    Shelf("Snacks & Namkeen > Crisps & Papad > Khakhra & Roasted Snacks", "KHAK", "19059090", "VEGAN", 120, DRY, "snacks", 2, "200 g,400 g",
          ("Roasted, never fried.", "A light snack at any hour."), "Whole wheat flour, edible vegetable oil, spices, salt", """
Methi Khakhra | 60 | Thin roasted wheat crisps with fenugreek leaves. | fl=Methi
Jeera Khakhra | 58 | Cumin-flavoured khakhra from Gujarat. | fl=Jeera
Masala Khakhra | 60 | Spicy khakhra with turmeric and chilli. | fl=Masala
Roasted Chana (Bhuna Chana) | 48 | Crunchy roasted Bengal gram with skin. | hsn=20081993; ing=Bengal gram, salt
Roasted Makhana Peri Peri | 99 | Fox nuts roasted with a chilli tang. | hsn=20081921; fl=Peri peri; packs=80 g; ing=Fox nuts, olive oil, spices
"""),
    # ---------------------------------------------------------------- beverages
    Shelf("Beverages > Tea & Coffee > Tea", "TEA", "09023020", "VEGAN", 540, DRY, "tea", 3, "250 g,500 g,1 kg",
          ("Brew for three minutes with milk and sugar.", "Packed to hold its aroma."), "Black tea", """
Assam CTC Tea (Chai Patti) | 125 | Strong, bright liquor for kadak chai.
Premium Dust Tea | 110 | Quick-brewing fine tea for a dark cup.
Masala Chai Blend | 165 | CTC tea with cardamom, ginger and clove. | fl=Masala; ing=Black tea, cardamom, ginger, clove, cinnamon
Elaichi Tea | 160 | Black tea scented with green cardamom. | fl=Cardamom; ing=Black tea, cardamom
Darjeeling Leaf Tea | 320 | Light muscatel long-leaf tea. | packs=100 g,250 g; n=2
Nilgiri Tea Bags | 110 | Twenty-five bags of fragrant mountain tea. | hsn=09024040; packs=25 pc,100 pc; n=2
"""),
    Shelf("Beverages > Tea & Coffee > Green & Herbal Tea", "GTEA", "09021020", "VEGAN", 540, DRY, "tea", 2, "100 g,250 g",
          ("Steep for two minutes in hot, not boiling, water.", "Naturally low in calories."), "Green tea leaves", """
Pure Green Tea | 160 | Whole-leaf green tea with a clean taste.
Tulsi Green Tea | 175 | Green tea with three kinds of tulsi. | fl=Tulsi; ing=Green tea, tulsi
Lemon & Honey Green Tea Bags | 165 | Bright, soothing bags for any time of the day. | fl=Lemon honey; packs=25 pc,100 pc; ing=Green tea, lemon, honey flavour
Kashmiri Kahwa | 240 | Green tea with saffron, almond and spices. | fl=Saffron; ing=Green tea, almond, cardamom, cinnamon, saffron; n=1
Chamomile Infusion Bags | 199 | A caffeine-free bedtime cup. | hsn=12119099; fl=Chamomile; packs=25 pc; ing=Chamomile flowers; n=1
"""),
    Shelf("Beverages > Tea & Coffee > Coffee", "COFF", "21011120", "VEGAN", 540, DRY, "tea", 2, "50 g,100 g,200 g",
          ("Close the lid tightly after use.", "Rich aroma from South Indian estates."), "Coffee", """
Instant Coffee Powder | 165 | Fine agglomerated coffee for hot and cold cups.
Filter Coffee Powder 80:20 | 145 | Traditional South Indian blend with chicory. | hsn=09012190; packs=200 g,500 g; ing=Coffee 80 percent, chicory 20 percent
Pure Arabica Ground Coffee | 260 | Medium roast from Chikmagalur. | hsn=09012190; packs=200 g,500 g
Cold Brew Coffee Bags | 299 | Steep overnight for a smooth iced coffee. | hsn=09012190; packs=5 pc; n=1
Hazelnut Instant Coffee | 225 | Instant coffee with a nutty note. | hsn=21011110; fl=Hazelnut; packs=50 g,100 g
"""),
    Shelf("Beverages > Cold & Health Drinks > Juices & Fruit Drinks", "JUIC", "22029920", "VEGAN", 180, ROOM, "drinks", 3, "200 ml,1 l",
          ("Shake well and serve chilled.", "Refrigerate after opening and use within three days."), "Water, fruit pulp, sugar, acidity regulator", """
Mango Drink (Aam) | 20 | Sunny mango drink with Totapuri pulp. | fl=Mango
Guava Drink (Amrud) | 20 | Thick pink guava drink. | fl=Guava
Mixed Fruit Juice | 25 | Juice of orange, apple, mango and pineapple. | hsn=20099000; fl=Mixed fruit
Apple Juice | 28 | Clear apple juice without added colour. | hsn=20097900; fl=Apple; ing=Reconstituted apple juice, vitamin C
Orange Juice | 28 | Nagpur orange juice with pulp. | hsn=20091200; fl=Orange; ing=Reconstituted orange juice, vitamin C
Aam Panna | 25 | Raw mango cooler with jeera and mint. | fl=Raw mango
Jaljeera Drink | 20 | Tangy cumin and mint refresher. | fl=Jeera; n=2
Coconut Water (Nariyal Pani) | 50 | Tender coconut water with nothing added. | hsn=20098990; packs=200 ml,1 l; ing=Tender coconut water; n=2
Amla Juice | 190 | Pressed Indian gooseberry juice. | hsn=20098990; packs=500 ml,1 l; ing=Amla juice; n=2
"""),
    Shelf("Beverages > Cold & Health Drinks > Soft Drinks & Water", "SODA", "22021010", "VEGAN", 180, ROOM, "drinks", 2, "250 ml,750 ml,2 l",
          ("Serve ice cold.", "Recycle the bottle after use."), "Carbonated water, sugar, acidity regulators, flavours", """
Cola | 20 | Fizzy cola with a classic taste. | fl=Cola
Lemon Lime Soda | 20 | Clear, zesty and refreshing. | hsn=22021020; fl=Lemon lime
Orange Fizz | 20 | Sweet orange sparkle. | fl=Orange
Masala Jeera Soda | 20 | Carbonated jeera drink with black salt. | fl=Jeera
Ginger Ale | 45 | Dry ginger mixer. | fl=Ginger; packs=300 ml; n=1
Packaged Drinking Water (Pani) | 10 | Purified water with added minerals. | hsn=22011010; packs=500 ml,1 l,5 l; ing=Water, minerals; n=3
Club Soda | 20 | Plain sparkling water. | hsn=22011020; packs=750 ml; ing=Carbonated water; n=2
Energy Drink | 60 | Caffeinated drink with B vitamins. | hsn=22029990; fl=Original; packs=250 ml; ing=Carbonated water, sugar, caffeine, taurine, vitamins; n=1
"""),
    Shelf("Beverages > Cold & Health Drinks > Milk & Malt Drinks", "MALT", "19019090", "VEG", 365, DRY, "drinks", 2, "200 g,500 g",
          ("Stir two spoons into hot or cold milk.",), "Malted barley, wheat flour, milk solids, sugar, minerals, vitamins", """
Chocolate Malt Drink | 135 | Malted chocolate powder with iron and vitamins. | fl=Chocolate
Classic Malt Drink | 130 | Wheat and barley malt for growing children. | fl=Malt
Badam Drink Mix | 160 | Almond and saffron milk mix. | fl=Badam; ing=Sugar, almond, milk solids, saffron, cardamom
Kesar Pista Flavoured Milk | 35 | Chilled milk with saffron and pistachio. | hsn=22029930; fl=Kesar pista; packs=200 ml; days=120; ing=Toned milk, sugar, saffron, pistachio
Cold Coffee Milk Drink | 40 | Creamy iced coffee, ready to sip. | hsn=22029930; fl=Coffee; packs=200 ml; days=120; ing=Toned milk, sugar, coffee
Drinking Chocolate | 145 | Rich cocoa for hot chocolate. | hsn=18069040; fl=Chocolate; ing=Sugar, cocoa solids
"""),
    Shelf("Beverages > Cold & Health Drinks > Syrups & Sharbat", "SYRP", "21069011", "VEGAN", 365, ROOM, "drinks", 2, "750 ml",
          ("Mix one part with five parts of chilled water.",), "Sugar, water, fruit or flower extract, acidity regulator", """
Rose Sharbat (Gulab) | 165 | Fragrant rose syrup for milk and water. | fl=Rose
Khus Sharbat | 160 | Cooling vetiver syrup. | fl=Khus
Kesar Thandai Syrup | 240 | Almond, saffron and spice syrup for Holi. | fl=Thandai
Lemon Ginger Squash (Nimbu) | 155 | Sharp lemon squash with ginger. | fl=Lemon ginger
Kokum Sharbat | 175 | Tangy Konkan cooler. | fl=Kokum; n=1
"""),
    # ---------------------------------------------------------------- spices and condiments
    Shelf("Spices & Masalas > Spices > Whole Spices", "WSPC", "09109990", "VEGAN", 540, DRY, "spices", 3, "50 g,100 g,200 g",
          ("Sorted and cleaned for a strong aroma.", "Roast lightly before grinding."), "{base}", """
Cumin Seeds (Jeera) | 30 | Warm, earthy seeds for every tadka. | hsn=09093129; n=4
Coriander Seeds (Dhania Sabut) | 18 | Citrusy whole coriander. | hsn=09092190
Mustard Seeds (Rai) | 14 | Small black seeds that crackle in hot oil. | hsn=12075090
Fenugreek Seeds (Methi Dana) | 15 | Pleasantly bitter seeds for pickles and sambar. | hsn=09109912
Black Pepper (Kali Mirch) | 75 | Bold Malabar peppercorns. | hsn=09041130; n=4
Green Cardamom (Elaichi) | 230 | Bold 8 mm pods from Idukki. | hsn=09083120; grade=8 mm bold
Black Cardamom (Badi Elaichi) | 140 | Smoky pods for biryani. | hsn=09083110; n=2
Cloves (Laung) | 80 | Hand-picked aromatic buds. | hsn=09071020
Cinnamon Sticks (Dalchini) | 48 | Thin, sweet bark rolls. | hsn=09061110
Star Anise (Chakri Phool) | 70 | Whole stars for pulao and masala. | hsn=09096220; origin=Vietnam; n=2
Bay Leaves (Tej Patta) | 15 | Dried leaves for dal and rice. | hsn=09109990; packs=25 g,50 g; n=2
Fennel Seeds (Saunf) | 24 | Green, sweet seeds from Lucknow. | hsn=09096139
Ajwain (Carom Seeds) | 26 | Sharp seeds for paratha and pakora. | hsn=09109914
Dry Red Chillies (Lal Mirch) | 38 | Stemless Guntur chillies. | hsn=09042110; packs=100 g,200 g
Kashmiri Saffron (Kesar) | 399 | Deep red Mongra stigmas from Pampore. | hsn=09102010; packs=1 g,2 g; n=2; grade=Mongra A
Sesame Seeds White (Til) | 28 | Hulled seeds for chikki and garnish. | hsn=12074090; n=2
Poppy Seeds (Khus Khus) | 150 | Creamy seeds for kurma and sweets. | hsn=12079100; n=1
"""),
    Shelf("Spices & Masalas > Spices > Ground Spices", "GSPC", "09109100", "VEGAN", 365, DRY, "spices", 4, "100 g,200 g,500 g",
          ("Pure powder with no added colour.", "Close the pack tightly after use."), "{base}", """
Turmeric Powder (Haldi) | 34 | Bright Salem turmeric with high curcumin. | hsn=09103030
Red Chilli Powder (Lal Mirch) | 48 | Hot, deep-red chilli powder. | hsn=09042211
Kashmiri Chilli Powder | 72 | Mild heat and vivid colour. | hsn=09042211; n=3
Coriander Powder (Dhania) | 32 | Freshly ground coriander with a lemony note. | hsn=09092200
Cumin Powder (Jeera) | 58 | Ground from selected cumin seeds. | hsn=09093200; n=3
Black Pepper Powder | 140 | Coarsely ground Malabar pepper. | hsn=09041200; n=2
Amchur (Dry Mango Powder) | 52 | Sour powder for chaat and bhindi. | hsn=09109939; n=2
Dry Ginger Powder (Sonth) | 62 | Warming ginger for tea and kadha. | hsn=09101210; n=2
Compounded Hing (Asafoetida) | 95 | Strong hing that needs only a pinch. | hsn=13019013; packs=50 g,100 g; n=3
"""),
    Shelf("Spices & Masalas > Spices > Masala Blends", "MASA", "09109100", "VEGAN", 365, DRY, "spices", 2, "50 g,100 g,200 g",
          ("Blended from freshly roasted spices.", "Add near the end of cooking."), "Coriander, cumin, chilli, turmeric, black pepper, clove, cardamom, cinnamon, salt", """
Garam Masala | 48 | A warm, aromatic blend for curries. | n=4
Chole Masala | 45 | For Amritsari-style chickpeas.
Sambar Masala | 42 | Roasted lentil and spice powder for sambar. | n=3
Pav Bhaji Masala | 44 | The taste of Mumbai's favourite street food.
Chaat Masala | 40 | Tangy sprinkle for fruit, salad and chaat. | n=3
Biryani Masala | 55 | Fragrant spices for layered biryani.
Kitchen King Masala | 48 | An all-purpose blend for vegetables.
Chicken Masala | 50 | Rich, spicy blend for chicken curry.
Meat Masala | 52 | Robust spices for slow-cooked mutton.
Rasam Powder | 42 | Peppery mix for a light South Indian soup.
Tandoori Masala | 55 | Smoky red marinade mix.
Fish Curry Masala | 55 | Coastal blend with kokum and chilli. | n=1
"""),
    Shelf("Spices & Masalas > Condiments > Pickles & Chutneys", "PICK", "20019000", "VEGAN", 365, ROOM, "pantry", 2, "200 g,400 g,1 kg",
          ("Use a dry spoon.", "A spoonful lifts dal, rice and paratha."), "Vegetable or fruit pieces, edible oil, salt, chilli, mustard, fenugreek, spices", """
Mango Pickle (Aam ka Achar) | 72 | North Indian raw mango pickle in mustard oil.
Lemon Pickle (Nimbu) | 68 | Sweet and sour sun-cured lemons.
Mixed Vegetable Pickle | 70 | Mango, carrot, lime and chilli together.
Green Chilli Pickle | 66 | Split chillies stuffed with rai masala.
Garlic Pickle (Lehsun) | 88 | Whole cloves in spiced oil.
Gongura Pickle | 92 | Andhra sorrel leaf pickle with garlic. | n=1
Tamarind Date Chutney (Imli) | 65 | Sweet chutney for samosa and chaat. | hsn=21039090
Mint Coriander Chutney (Pudina) | 60 | Fresh green chutney for sandwiches. | hsn=21039090
"""),
    Shelf("Spices & Masalas > Condiments > Sauces & Pastes", "SAUC", "21039090", "VEGAN", 270, "Refrigerate after opening", "pantry", 2, "200 g,500 g",
          ("Keep refrigerated once opened.", "Handy for everyday cooking."), "Vegetables, sugar, salt, acidity regulator, spices", """
Tomato Ketchup | 55 | Thick ketchup from ripe tomatoes. | hsn=21032000; packs=200 g,500 g,1 kg; n=3
Green Chilli Sauce | 50 | Hot sauce for noodles and momos. | hsn=21039020
Dark Soya Sauce | 55 | Naturally brewed soy for stir-fries. | hsn=21031000; packs=200 ml,700 ml
Schezwan Chutney | 70 | Fiery garlic-chilli dip. | hsn=21039090
Veg Mayonnaise Eggless | 75 | Creamy eggless spread. | hsn=21039030; diet=VEG; packs=250 g,800 g
Pizza Pasta Sauce | 85 | Tomato, basil and oregano sauce. | hsn=21032000; packs=325 g
Ginger Garlic Paste (Adrak Lehsun) | 45 | Ready paste for gravies and marinades. | hsn=21039090; n=3; ing=Ginger, garlic, water, salt, acidity regulator
Tamarind Paste (Imli) | 55 | Smooth, seedless tamarind concentrate. | hsn=21039090; ing=Tamarind, water, salt
Butter Chicken Curry Paste | 95 | Tomato-rich curry base; just add cream. | hsn=21039010; packs=200 g
White Vinegar (Sirka) | 35 | Synthetic vinegar for pickling and Chinese dishes. | hsn=22090020; packs=500 ml; ing=Water, acetic acid
"""),
    # ---------------------------------------------------------------- oils
    Shelf("Oils & Ghee > Cooking Oils & Ghee > Refined Oils", "ROIL", "15121910", "VEGAN", 270, ROOM, "oils", 3, "1 l,5 l",
          ("Fortified with vitamins A and D.", "Light and suitable for deep frying."), "{base}", """
Refined Sunflower Oil | 155 | Light oil for everyday cooking.
Refined Soyabean Oil | 142 | Neutral oil rich in omega-3. | hsn=15079010
Refined Rice Bran Oil | 160 | Heart-friendly oil with oryzanol. | hsn=15159040
Refined Groundnut Oil | 205 | Filtered peanut oil with a clean taste. | hsn=15089091
Palmolein Oil | 122 | Economical frying oil. | hsn=15119020; n=2
"""),
    Shelf("Oils & Ghee > Cooking Oils & Ghee > Cold Pressed & Speciality Oils", "COIL", "15149920", "VEGAN", 365, ROOM, "oils", 2, "500 ml,1 l",
          ("Extracted slowly to keep its natural aroma.",), "{base}", """
Kachi Ghani Mustard Oil (Sarson) | 98 | Pungent first-press oil for achar and fish. | n=3; packs=500 ml,1 l,5 l
Cold Pressed Groundnut Oil | 165 | Wood-pressed oil with nutty flavour. | hsn=15089091
Cold Pressed Coconut Oil (Nariyal) | 190 | Clear virgin oil for cooking. | hsn=15131900; n=3
Sesame Oil (Gingelly, Til) | 185 | Fragrant oil for South Indian dishes. | hsn=15155091
Extra Virgin Olive Oil | 549 | Fruity oil for salads and dips. | hsn=15092000; origin=Spain; n=2
Olive Pomace Oil | 399 | For Indian cooking at high heat. | hsn=15109010; origin=Spain; n=1; packs=1 l
"""),
    Shelf("Oils & Ghee > Cooking Oils & Ghee > Ghee & Vanaspati", "GHEE", "04059020", "VEG", 270, ROOM, "dairy", 3, "200 ml,500 ml,1 l",
          ("Granular, golden and aromatic.", "A spoonful on hot dal or roti is enough."), "Milk fat", """
Cow Ghee (Desi Ghee) | 145 | Pure cow ghee with a rich grain.
Buffalo Ghee | 138 | White, creamy ghee for sweets.
A2 Bilona Ghee | 399 | Hand-churned ghee from Gir cow milk. | n=2
Vanaspati | 78 | Hydrogenated vegetable fat for baking and frying. | hsn=15162091; diet=VEGAN; packs=500 ml,1 l; ing=Hydrogenated vegetable oils, vitamins A and D; n=2
"""),
    # ---------------------------------------------------------------- meat and fish
    Shelf("Meat & Fish > Poultry & Meat > Chicken", "CHKN", "02071300", "NON_VEG", 3, "Keep chilled between 0 and 4 C", "meat", 2, "500 g,1 kg",
          ("Antibiotic-residue tested and vacuum packed.", "Cook thoroughly before serving."), "Chicken", """
Chicken Curry Cut | 155 | Skinless bone-in pieces for curry.
Chicken Breast Boneless | 225 | Lean fillets for grilling and salads.
Chicken Drumsticks | 190 | Juicy legs for tandoori and frying.
Chicken Keema | 205 | Fresh minced chicken for kebabs.
Whole Chicken | 245 | Dressed bird without skin. | hsn=02071100; packs=1 kg
Frozen Chicken Wings | 160 | Party wings frozen at the peak of freshness. | hsn=02071400; days=270
Chicken Sausages | 165 | Smoky breakfast sausages. | hsn=16010000; packs=250 g; days=60; ing=Chicken, spices, salt, soy protein
Chicken Seekh Kebab | 210 | Pre-cooked kebabs to heat and eat. | hsn=16023200; packs=250 g; days=180; ing=Chicken, onion, spices, salt
"""),
    Shelf("Meat & Fish > Poultry & Meat > Mutton", "MUTN", "02045000", "NON_VEG", 3, "Keep chilled between 0 and 4 C", "meat", 2, "500 g,1 kg",
          ("Cut fresh on the day of dispatch.",), "Goat meat", """
Goat Curry Cut (Mutton) | 430 | Bone-in pieces with a balance of lean and fat.
Mutton Keema | 460 | Coarsely minced goat meat for keema matar.
Mutton Boneless | 520 | Trimmed tender cubes for biryani.
Lamb Chops | 620 | Hand-trimmed rib chops. | hsn=02042200; ing=Lamb; n=1
"""),
    Shelf("Meat & Fish > Seafood > Fish", "FISH", "03028990", "NON_VEG", 2, "Keep on ice between 0 and 4 C", "meat", 2, "500 g,1 kg",
          ("Cleaned and cut to order.",), "Fish", """
Rohu Bengali Cut | 165 | Freshwater favourite for jhol and fry. | hsn=03027300
Katla Curry Cut | 175 | Firm steaks for Bengali curries. | hsn=03027300
Silver Pomfret (Paplet) | 549 | Delicate sea fish for tawa fry. | hsn=03028930
Surmai Steaks (Seer Fish) | 480 | Meaty king fish steaks.
Basa Fillet | 245 | Boneless, mild white fillets. | hsn=03046200; days=365; origin=Vietnam
Indian Mackerel (Bangda) | 160 | Oily fish rich in omega-3. | hsn=03024400; n=1
Canned Tuna in Brine | 190 | Ready tuna for sandwiches. | hsn=16041410; days=1095; packs=185 g; ing=Tuna, water, salt; n=1
"""),
    Shelf("Meat & Fish > Seafood > Prawns & Shellfish", "PRWN", "03063620", "NON_VEG", 2, "Keep on ice between 0 and 4 C", "meat", 2, "250 g,500 g",
          ("Peeled and deveined by hand.",), "Prawns", """
Vannamei Prawns Medium (Jhinga) | 210 | Sweet farmed prawns for curry.
Tiger Prawns Large | 385 | Meaty prawns for the grill. | hsn=03063640
Squid Rings | 195 | Tender cleaned rings. | hsn=03074220; ing=Squid; n=1
Mud Crab Cleaned | 340 | Cut and cleaned crab for pepper roast. | hsn=03063300; ing=Crab; n=1
"""),
    # ---------------------------------------------------------------- frozen
    Shelf("Frozen > Frozen Foods > Vegetables & Fries", "FVEG", "07109000", "VEGAN", 540, FROZEN, "frozen", 2, "500 g,1 kg",
          ("No thawing needed.", "Freezing keeps colour and nutrition."), "{base}", """
Frozen Green Peas (Matar) | 95 | Sweet peas picked in season. | hsn=07102100
Frozen Sweet Corn | 98 | Golden kernels for soup and salad. | hsn=07104000
Frozen Mixed Vegetables | 90 | Carrot, beans, peas and corn.
Frozen French Fries | 125 | Straight-cut fries for a crisp finish. | hsn=20041000; ing=Potato, edible vegetable oil
Frozen Spinach (Palak) | 85 | Chopped and blanched leaves. | hsn=07103000; packs=500 g
Frozen Mixed Berries | 399 | Strawberry, blueberry and raspberry. | hsn=08112020; packs=500 g; n=1
"""),
    Shelf("Frozen > Frozen Foods > Snacks", "FSNK", "21069099", "VEG", 270, FROZEN, "frozen", 2, "300 g,500 g",
          ("Fry or bake straight from the freezer.",), "Potato, wheat flour, vegetables, edible vegetable oil, salt, spices", """
Aloo Tikki | 95 | Spiced potato patties.
Punjabi Samosa | 115 | Crisp pastry with potato and peas.
Veg Momos | 135 | Steamed dumplings with cabbage and carrot.
Paneer Nuggets | 165 | Crumbed paneer bites.
Chicken Nuggets | 199 | Crumb-coated chicken bites. | hsn=16023200; diet=NON_VEG; ing=Chicken, bread crumbs, edible vegetable oil, salt, spices
Hara Bhara Kebab | 140 | Spinach and pea kebabs.
"""),
    Shelf("Frozen > Frozen Foods > Parathas & Breads", "FPAR", "190590", "VEG", 270, FROZEN, "frozen", 2, "5 pc,10 pc",
          ("Heat on a tawa for three minutes.",), "Wheat flour, water, edible vegetable oil, salt", """
Plain Paratha | 90 | Flaky whole wheat parathas. | diet=VEGAN
Malabar Parotta | 95 | Layered Kerala parotta. | diet=VEGAN
Aloo Paratha | 120 | Stuffed with spiced potato. | packs=4 pc
Paneer Paratha | 150 | Filled with paneer and herbs. | packs=4 pc
Garlic Naan | 130 | Soft naan with garlic butter. | packs=4 pc
"""),
    Shelf("Frozen > Frozen Foods > Ice Cream & Kulfi", "ICEC", "21050000", "VEG", 365, FROZEN, "frozen", 2, "100 ml,500 ml,1 l",
          ("Scoop after five minutes out of the freezer.", "Made with milk, not vegetable fat."), "Milk, cream, sugar, milk solids, stabilisers, flavour", """
Vanilla Ice Cream | 40 | Classic vanilla with real cream. | fl=Vanilla
Chocolate Ice Cream | 45 | Deep cocoa ice cream. | fl=Chocolate
Mango Ice Cream | 45 | Made with Alphonso pulp. | fl=Mango
Butterscotch Ice Cream | 45 | With crunchy praline. | fl=Butterscotch
Kesar Pista Kulfi | 35 | Slow-cooked milk kulfi on a stick. | fl=Kesar pista; packs=60 ml
Malai Kulfi | 30 | Creamy kulfi with cardamom. | fl=Malai; packs=60 ml
Tender Coconut Ice Cream | 60 | Light ice cream with coconut pieces. | fl=Tender coconut; n=1
"""),
    # ---------------------------------------------------------------- breakfast and instant
    Shelf("Breakfast & Instant Foods > Breakfast > Cereals & Oats", "CERE", "19041010", "VEG", 270, DRY, "breakfast", 2, "250 g,500 g,1 kg",
          ("Add hot or cold milk and serve.", "A quick breakfast with fibre."), "Corn, sugar, malt extract, salt, vitamins, iron", """
Corn Flakes | 105 | Crisp golden flakes with added iron.
Rolled Oats (Jai) | 75 | Whole-grain oats for porridge and smoothies. | hsn=11041200; diet=VEGAN; ing=Oats; n=3
Masala Oats | 60 | Savoury oats with vegetables and spice. | hsn=19042000; diet=VEGAN; fl=Masala; ing=Oats, dehydrated vegetables, spices, salt
Fruit & Nut Muesli | 199 | Oats with raisins, almonds and seeds. | hsn=19042000; fl=Fruit and nut; ing=Oats, wheat flakes, raisins, almonds, honey
Chocolate Flakes | 120 | Crunchy cocoa flakes for children. | hsn=19041090; fl=Chocolate; ing=Wheat flour, sugar, cocoa solids, vitamins
Ragi Flakes | 95 | Thin finger millet flakes. | hsn=19042000; diet=VEGAN; ing=Ragi; n=1
"""),
    Shelf("Breakfast & Instant Foods > Breakfast > Honey, Jams & Spreads", "SPRD", "20079990", "VEG", 365, ROOM, "breakfast", 2, "250 g,500 g",
          ("Refrigerate after opening.", "Spread on toast, roti or pancakes."), "Fruit pulp, sugar, pectin, citric acid", """
Multiflora Honey (Shahad) | 145 | Pure honey tested for adulteration. | hsn=04090000; ing=Honey; n=3
Wild Forest Honey | 225 | Dark, robust honey from tribal collectors. | hsn=04090000; ing=Honey; n=1
Mixed Fruit Jam | 90 | A blend of mango, apple and pineapple. | diet=VEGAN; fl=Mixed fruit; packs=200 g,500 g
Mango Jam | 92 | Sunny jam with mango pieces. | hsn=20079910; diet=VEGAN; fl=Mango; packs=200 g,500 g
Orange Marmalade | 120 | Bittersweet peel in jelly. | hsn=20079100; diet=VEGAN; fl=Orange; packs=250 g; n=1
Creamy Peanut Butter | 165 | Smooth roasted peanut spread. | hsn=20081100; diet=VEGAN; ing=Roasted peanuts, sugar, salt; packs=350 g,1 kg; n=3
Crunchy Peanut Butter | 169 | With real peanut bits. | hsn=20081100; diet=VEGAN; ing=Roasted peanuts, sugar, salt; packs=350 g,1 kg
Hazelnut Chocolate Spread | 249 | Silky cocoa and hazelnut spread. | hsn=18069030; fl=Hazelnut; ing=Sugar, edible vegetable oil, hazelnut, cocoa solids; packs=350 g; n=1
"""),
    Shelf("Breakfast & Instant Foods > Breakfast > Breakfast Mixes", "BMIX", "21069099", "VEG", 180, DRY, "breakfast", 2, "200 g,500 g",
          ("Just add water and cook.", "Ready in fifteen minutes."), "Rice flour, urad flour, salt, raising agent", """
Idli Mix | 65 | For soft, spongy idlis.
Dosa Mix | 65 | For thin, crisp dosas.
Rava Upma Mix | 60 | Roasted semolina with mustard and curry leaf. | ing=Semolina, edible oil, mustard, curry leaves, salt
Khaman Dhokla Mix | 70 | Spongy Gujarati snack in minutes. | ing=Gram flour, semolina, sugar, salt, citric acid
Poha Instant Cup | 50 | Add hot water for ready poha. | packs=80 g; ing=Rice flakes, peanuts, spices, salt
Idli Dosa Batter | 75 | Stone-ground fermented batter, chilled. | days=7; packs=1 kg; ing=Rice, urad dal, water, salt
Soya Chunks (Nutri) | 48 | High-protein textured soya. | hsn=21061000; diet=VEGAN; days=365; packs=200 g,1 kg; ing=Defatted soya flour; n=3
"""),
    Shelf("Breakfast & Instant Foods > Instant Meals > Noodles, Pasta & Soups", "NOOD", "19023010", "VEG", 270, DRY, "breakfast", 2, "70 g,280 g",
          ("Ready in a few minutes.", "Add your own vegetables for a full meal."), "Wheat flour, edible vegetable oil, salt, spices", """
Masala Instant Noodles | 15 | Two-minute noodles with spicy tastemaker. | fl=Masala; n=3
Atta Noodles | 25 | Whole wheat noodles with vegetables. | fl=Masala
Hakka Noodles | 45 | Plain noodles for stir-fries. | hsn=19021900; packs=150 g,600 g; ing=Wheat flour, salt
Penne Pasta | 85 | Durum wheat pasta tubes. | hsn=19021900; packs=500 g; ing=Durum wheat semolina
Roasted Vermicelli (Seviyan) | 38 | For upma and sweet kheer. | hsn=19021900; packs=200 g,500 g; ing=Wheat semolina; n=3
Macaroni | 75 | Elbow pasta for masala macaroni. | hsn=19021900; packs=500 g,1 kg; ing=Wheat semolina
Tomato Soup Mix | 55 | Thick, tangy soup for four. | hsn=21041010; fl=Tomato; packs=50 g; ing=Tomato powder, corn starch, sugar, salt, spices
Sweet Corn Soup Mix | 55 | Comforting soup with corn bits. | hsn=21041010; fl=Sweet corn; packs=50 g; ing=Corn starch, sweet corn, salt, spices
Hot & Sour Soup Mix | 55 | Indo-Chinese soup with a kick. | hsn=21041010; fl=Hot and sour; packs=50 g; ing=Corn starch, dehydrated vegetables, soy sauce powder, spices
"""),
    Shelf("Breakfast & Instant Foods > Instant Meals > Ready Meals", "REDY", "21069099", "VEG", 365, ROOM, "pantry", 2, "300 g",
          ("Heat the pouch for three minutes and serve.", "No added preservatives."), "Water, vegetables, pulses, tomato, onion, edible oil, butter, spices, salt", """
Dal Makhani | 110 | Black lentils simmered with butter and cream.
Rajma Masala | 105 | Kidney beans in thick tomato gravy. | diet=VEGAN
Palak Paneer | 125 | Paneer in creamy spinach.
Paneer Butter Masala | 130 | Paneer in rich tomato gravy.
Pindi Chana | 105 | Dark, tangy chickpeas. | diet=VEGAN
Veg Biryani | 120 | Basmati with vegetables and whole spices.
Chicken Curry | 175 | Home-style chicken in onion gravy. | hsn=16023200; diet=NON_VEG; n=1
"""),
    # ---------------------------------------------------------------- sweets
    Shelf("Sweets & Mithai > Mithai > Traditional Mithai", "MITH", "21069099", "VEG", 30, ROOM, "sweets", 2, "250 g,500 g,1 kg",
          ("Packed in a gift-ready box.", "Perfect for festivals and celebrations."), "Sugar, milk solids, ghee, nuts, cardamom", """
Kaju Katli | 260 | Thin diamonds of cashew and sugar.
Motichoor Ladoo | 150 | Tiny boondi bound with ghee.
Besan Ladoo | 155 | Roasted gram flour sweets.
Soan Papdi | 85 | Flaky, melt-in-the-mouth sweet. | days=180
Gulab Jamun Tin | 140 | Soft khoya dumplings in syrup. | days=365; packs=500 g,1 kg
Rasgulla Tin | 135 | Spongy chhena balls in light syrup. | days=365; packs=500 g,1 kg
Mysore Pak | 180 | Rich besan and ghee fudge.
Milk Peda | 165 | Caramelised khoya rounds.
Milk Cake (Kalakand) | 190 | Grainy, moist milk sweet.
Dry Fruit Barfi | 340 | Dates and nuts, no added sugar. | n=1
"""),
    Shelf("Sweets & Mithai > Mithai > Chikki & Gajak", "CHIK", "17049090", "VEGAN", 120, DRY, "sweets", 2, "100 g,200 g",
          ("Crunchy energy for cold days.",), "Peanuts, jaggery", """
Peanut Chikki (Moongphali) | 40 | Roasted peanuts in jaggery.
Til Chikki | 48 | Sesame brittle for Makar Sankranti. | ing=Sesame, jaggery
Gajak | 75 | Layered sesame and jaggery from Morena. | ing=Sesame, jaggery, ghee; diet=VEG
Dry Fruit Chikki | 110 | Almond, cashew and pistachio brittle. | ing=Almond, cashew, pistachio, sugar; n=1
Gur Rewri | 55 | Sesame-coated jaggery drops. | ing=Sesame, jaggery
"""),
    Shelf("Sweets & Mithai > Chocolates & Desserts > Chocolates", "CHOC", "18069010", "VEG", 270, "Store below 25 C", "sweets", 2, "40 g,100 g",
          ("Keep cool and dry.",), "Sugar, cocoa solids, cocoa butter, milk solids, emulsifier", """
Milk Chocolate Bar | 45 | Smooth and creamy. | fl=Milk chocolate
Dark Chocolate 70% | 95 | Intense single-origin Idukki cocoa. | fl=Dark chocolate; packs=50 g,100 g
Fruit & Nut Chocolate | 60 | With raisins and almonds. | fl=Fruit and nut
Hazelnut Chocolate | 70 | Roasted hazelnut pieces. | fl=Hazelnut
Roasted Almond Chocolate | 65 | Whole almonds in milk chocolate. | fl=Almond
"""),
    Shelf("Sweets & Mithai > Chocolates & Desserts > Candy & Gum", "CNDY", "17049020", "VEGAN", 365, DRY, "sweets", 2, "100 g,250 g",
          ("Individually wrapped.",), "Sugar, liquid glucose, acidity regulator, flavour", """
Kaccha Aam Candy | 40 | Raw mango candy with a salty centre. | fl=Raw mango
Imli Candy (Tamarind) | 40 | Sweet-sour tamarind balls. | fl=Tamarind
Orange Candy | 35 | Old-fashioned orange drops. | fl=Orange
Mint Toffee | 38 | Cool mint chews. | hsn=17049030; fl=Mint
Mukhwas Saunf | 60 | Sugar-coated fennel after meals. | hsn=17049090; ing=Fennel, sugar; n=2
"""),
    Shelf("Sweets & Mithai > Chocolates & Desserts > Baking & Dessert Mixes", "BAKE", "21069099", "VEG", 270, DRY, "sweets", 2, "200 g",
          ("Follow the simple steps on the pack.",), "Sugar, milk solids, flour, raising agent", """
Gulab Jamun Mix | 115 | Makes forty soft gulab jamuns. | packs=200 g,500 g
Custard Powder Vanilla | 65 | Smooth custard for fruit desserts. | hsn=21069080; fl=Vanilla; packs=100 g,500 g; ing=Corn starch, salt, colour, flavour; n=3
Cocoa Powder | 145 | Unsweetened cocoa for baking. | hsn=18050000; diet=VEGAN; packs=100 g,250 g; ing=Cocoa powder
Baking Powder | 40 | Double-acting raising agent. | hsn=21023000; diet=VEGAN; packs=100 g; ing=Sodium bicarbonate, acid salts, starch
Instant Dry Yeast | 55 | For bread, naan and pizza. | hsn=21021020; diet=VEGAN; packs=25 g,100 g; ing=Baker's yeast
Corn Flour | 38 | Fine maize starch for thickening. | hsn=11081200; diet=VEGAN; packs=100 g,500 g; ing=Maize starch; n=3
Kheer Mix Badam | 85 | Rice kheer with almonds. | fl=Badam
"""),
    # ---------------------------------------------------------------- baby
    Shelf("Baby Care > Baby Food > Cereals & Milk Food", "BFOD", "19011090", "VEG", 365, DRY, "baby", 2, "200 g,400 g",
          ("For babies over six months; ask your paediatrician.", "Use within one month of opening."), "Rice flour, milk solids, minerals, vitamins", """
Rice Baby Cereal | 165 | First cereal with iron. | fl=Rice
Wheat Apple Baby Cereal | 185 | Stage two cereal with apple. | fl=Apple
Ragi Banana Baby Porridge | 195 | Sprouted ragi with banana powder. | fl=Banana
Moong Dal Khichdi Baby Mix | 175 | Gentle lentil and rice mix. | fl=Khichdi
Follow-up Milk Food | 390 | Milk food for older infants. | hsn=04021020; packs=400 g; n=1
"""),
    Shelf("Baby Care > Baby Hygiene > Diapers & Wipes", "DIAP", "96190030", "", 1095, ROOM, "baby", 2, "10 pc,40 pc",
          ("Dermatologically tested.",), "", """
Diaper Pants Small | 125 | Soft pants for 4 to 8 kg with a wetness indicator.
Diaper Pants Medium | 140 | All-night dryness for 7 to 12 kg.
Diaper Pants Large | 160 | Stretchable waist for 9 to 14 kg.
Baby Wet Wipes | 99 | Alcohol-free wipes with aloe vera. | hsn=33079090; packs=72 pc
Muslin Cloth Nappies | 240 | Reusable washable cotton nappies. | packs=5 pc; n=1
"""),
    Shelf("Baby Care > Baby Hygiene > Bath & Skin", "BBTH", "33049930", "", 730, ROOM, "baby", 2, "100 ml,200 ml",
          ("Free of parabens and harsh perfume.",), "", """
Baby Lotion | 99 | Light daily moisture for tender skin.
Baby Massage Oil | 125 | Blend of coconut, olive and almond oils. | hsn=33049990
Baby Shampoo | 105 | Tear-free cleansing for fine hair. | hsn=33051090
Baby Soap | 48 | Mild bar with milk cream. | hsn=34011190; packs=75 g,100 g
Baby Powder | 95 | Talc-free corn starch powder. | hsn=33049120; packs=100 g,200 g
"""),
    # ---------------------------------------------------------------- personal care
    Shelf("Personal Care > Bath & Hair > Soaps & Body Wash", "SOAP", "34011190", "", 1095, ROOM, "care", 2, "75 g,100 g",
          ("Leaves skin feeling soft.",), "", """
Neem Tulsi Soap | 35 | Herbal bar for everyday freshness. | fl=Neem tulsi
Sandal Soap (Chandan) | 42 | Fragrant bar with sandal oil. | fl=Sandal
Aloe Vera Soap | 38 | Moisturising bathing bar. | fl=Aloe vera
Turmeric Soap (Haldi) | 40 | Traditional brightening bar. | fl=Turmeric
Lemon Body Wash | 165 | Refreshing shower gel. | hsn=34013019; fl=Lemon; packs=250 ml
Liquid Hand Wash | 85 | Germ protection with a gentle lather. | hsn=34013019; packs=200 ml,750 ml
"""),
    Shelf("Personal Care > Bath & Hair > Hair Care", "HAIR", "33051090", "", 1095, ROOM, "care", 2, "180 ml,340 ml",
          ("For all hair types.",), "", """
Amla Shikakai Shampoo | 135 | Gentle cleansing with herbal extracts.
Anti Dandruff Shampoo | 155 | Clears flakes from the first wash.
Coconut Hair Oil (Nariyal Tel) | 85 | Pure nourishing oil. | hsn=33059019; packs=100 ml,200 ml,500 ml; n=3
Almond Hair Oil (Badam) | 95 | Light, non-sticky oil. | hsn=33059011; packs=100 ml,200 ml
Hair Conditioner | 165 | Smooths and detangles. | hsn=33059090; packs=180 ml
Natural Henna Powder (Mehndi) | 65 | Triple-sifted Rajasthani henna. | hsn=33059040; packs=100 g,500 g
"""),
    Shelf("Personal Care > Bath & Hair > Skin Care", "SKIN", "33049910", "", 900, ROOM, "care", 2, "50 g,100 g",
          ("Test on a small patch first.",), "", """
Aloe Vera Gel | 110 | Cooling gel for face and hair. | packs=100 g,200 g
Cold Cream | 75 | Rich winter cream.
Multani Mitti Face Pack | 60 | Fuller's earth for oily skin.
Body Lotion Cocoa Butter | 145 | Deep moisture for dry skin. | hsn=33049930; packs=100 ml,300 ml
Talcum Powder Sandal | 80 | Cool, fragrant talc. | hsn=33049120; packs=100 g,300 g
Face Wash Neem | 99 | Clears excess oil. | hsn=34013019; packs=100 ml
Deodorant Spray | 199 | Long-lasting fresh scent. | hsn=33072000; packs=150 ml
"""),
    Shelf("Personal Care > Health & Hygiene > Oral Care", "ORAL", "33061020", "", 730, ROOM, "care", 2, "80 g,150 g",
          ("Brush twice a day.",), "", """
Herbal Toothpaste | 62 | Clove, neem and babool for strong gums.
Clove & Salt Toothpaste | 65 | Fresh breath with salt and clove.
Soft Toothbrush | 30 | Slim bristles for sensitive gums. | hsn=96032100; packs=1 pc,4 pc
Dant Manjan Tooth Powder | 45 | Traditional red tooth powder. | hsn=33061010; packs=100 g
Mouthwash Mint | 125 | Alcohol-free rinse. | hsn=33069000; packs=250 ml
"""),
    Shelf("Personal Care > Health & Hygiene > Ayurveda & Wellness", "AYUR", "30049011", "VEG", 730, ROOM, "care", 2, "250 g,500 g",
          ("Read the label before use.",), "Herbs as listed on the label", """
Chyawanprash | 175 | Amla and forty herbs for immunity.
Ashwagandha Powder | 145 | Withania root for strength and calm. | packs=100 g,250 g; ing=Ashwagandha root
Triphala Churna | 75 | Three-fruit digestive powder. | packs=100 g,200 g; ing=Amla, haritaki, bibhitaki
Isabgol (Psyllium Husk) | 110 | Natural fibre for digestion. | hsn=12119032; packs=100 g,200 g; ing=Psyllium husk
Moringa Powder | 165 | Drumstick leaf powder rich in iron. | hsn=12119099; packs=100 g,250 g; ing=Moringa leaves
"""),
    Shelf("Personal Care > Health & Hygiene > Feminine Care & Shaving", "FEMS", "96190010", "", 1095, ROOM, "care", 2, "8 pc,20 pc",
          ("Individually wrapped for convenience.",), "", """
Sanitary Pads Regular | 45 | Soft cover with leak guard.
Sanitary Pads XL Wings | 85 | Long pads for heavy flow.
Panty Liners | 99 | Thin daily liners. | packs=20 pc,40 pc
Shaving Cream | 75 | Rich lather with aloe. | hsn=33071010; packs=70 g
Disposable Razors | 60 | Twin-blade razors with a comfort strip. | hsn=82121010; packs=5 pc
"""),
    # ---------------------------------------------------------------- household
    Shelf("Household > Cleaning > Laundry", "LAUN", "34025000", "", 730, ROOM, "home", 3, "500 g,1 kg",
          ("For bucket and machine wash.",), "", """
Detergent Powder | 55 | Removes tough stains and leaves a fresh scent. | packs=500 g,1 kg,4 kg
Front Load Detergent Liquid | 135 | Low-foam liquid for machines. | packs=500 ml,2 l
Detergent Bar | 12 | Long-lasting washing bar. | hsn=34011942; packs=150 g,250 g; n=2
Fabric Conditioner | 70 | Softens clothes with a floral note. | hsn=34025000; packs=220 ml,860 ml; n=2
Liquid Blue (Neel) | 18 | Whitens cotton clothes. | hsn=34025000; packs=75 ml; n=1
"""),
    Shelf("Household > Cleaning > Dishwash & Surface Cleaners", "CLNR", "34025000", "", 730, ROOM, "home", 2, "500 ml,1 l",
          ("Keep out of reach of children.",), "", """
Dishwash Gel Lemon | 110 | Cuts grease with the power of lemon. | fl=Lemon; packs=250 ml,750 ml; n=3
Dishwash Bar | 20 | Scratch-free bar with neem. | hsn=34011930; packs=200 g,500 g
Steel Scrubber | 20 | Durable stainless steel scrubber. | hsn=73231000; packs=1 pc,3 pc
Floor Cleaner Citrus | 105 | Kills germs and leaves floors shining. | fl=Citrus
White Phenyl (Phenyle) | 75 | Pine disinfectant for floors and drains. | hsn=38089400
Toilet Cleaner | 95 | Thick liquid that removes limescale. | hsn=38089400
Glass Cleaner Spray | 99 | Streak-free shine. | packs=500 ml
"""),
    Shelf("Household > Home Needs > Pooja Needs", "POOJ", "33074100", "", 1095, ROOM, "home", 2, "100 g",
          ("Brings a calm fragrance to the home.",), "", """
Agarbatti Sandal (Chandan) | 60 | Hand-rolled incense sticks. | fl=Sandal; packs=50 g,100 g
Agarbatti Mogra | 55 | Jasmine-scented incense. | fl=Mogra; packs=50 g,100 g
Dhoop Cones | 50 | Slow-burning cones. | packs=40 pc
Camphor (Kapoor) | 120 | Pure camphor tablets for aarti. | hsn=29142922; packs=50 g,100 g
Cotton Wicks (Batti) | 30 | Long and round wicks. | hsn=59080010; packs=100 pc
Wax Candles | 45 | Plain white candles. | hsn=34060010; packs=6 pc
"""),
    Shelf("Household > Home Needs > Kitchen Disposables", "DISP", "48182000", "", 1825, ROOM, "home", 2, "1 pc,4 pc",
          ("Handy for every kitchen.",), "", """
Kitchen Tissue Roll | 75 | Two-ply absorbent roll.
Facial Tissues | 65 | Soft two-ply tissues. | packs=100 pc,200 pc
Aluminium Foil | 95 | Food-grade foil, nine metres. | hsn=76071994; packs=1 pc
Garbage Bags Medium | 70 | Strong oxo-biodegradable bags. | hsn=39232990; packs=30 pc,90 pc
Toilet Paper Roll | 45 | Soft two-ply roll. | hsn=48181000
"""),
    Shelf("Household > Home Needs > Pest Control & Utility", "UTIL", "38089191", "", 1095, ROOM, "home", 2, "1 pc,4 pc",
          ("Follow the directions on the pack.",), "", """
Mosquito Repellent Refill | 85 | Forty-five nights of protection. | packs=1 pc,2 pc
Mosquito Coils | 38 | Long-burning low-smoke coils. | packs=10 pc
Safety Matches (Machis) | 10 | Wooden safety matches. | hsn=36050010; packs=10 pc,50 pc
AA Batteries | 80 | Alkaline cells for remotes and toys. | hsn=85061000; packs=2 pc,4 pc,10 pc
LED Bulb 9 W | 99 | Energy-saving cool white bulb. | hsn=85395200; packs=1 pc,4 pc
Phool Jhadu (Grass Broom) | 130 | Soft grass broom for fine dust. | hsn=96031000; packs=1 pc
"""),
)
