"""How rows of the Open Food Facts extract become products of the shop.

`NAMES` gives the English shop name where the recorded one is foreign, misspelt
or bare; `KINDS` is tried in order and the first pattern found in the name
decides category, code, rate heading, price and pack.
"""

import re
from typing import NamedTuple

# Alcohol, a drug and an unidentified product are not sold by the shop.
NOT_SOLD = {"8901020104025", "8906067080530", "8906021128728"}

# Company prefix of the barcode -> brand. Only names found in the extract.
BRANDS = {
    "8901001555": "", "8901030": "", "8901042": "MTR", "8901058851": "Maggi", "8901058856": "Maggi",
    "8901058858": "Maggi", "8901063": "Britannia", "8901719": "Parle", "8901155": "Gits", "8901207": "Dabur",
    "8901233": "", "8901414": "Bikano", "8901491101": "Lays", "8901499": "Kellogg's", "8901537": "Daawat",
    "8901552": "Ashoka", "8901595": "Ching's Secret", "8904004": "Haldiram's", "8904063": "Haldiram's",
    "8904109": "Patanjali", "8906001": "Mother's Recipe", "8906005501": "Bikaji", "8906005503": "Bikaji",
    "8906005504": "Bikaji", "8906021": "Aachi", "8902167": "MDH", "8901192": "Catch", "8904083512": "24 Mantra",
    "8906066": "Keya", "8901441": "Lijjat", "8906047": "Disano", "8902080013": "Tropicana",
    "8901058849": "Nescafe", "8901058859": "Nestle", "8901058844627": "Cerelac", "8908009670": "OMG! Oh My Ganna",
    "8901138": "Himalaya", "8906009070902": "Unibic", "8906059635": "Epigamia", "8908000998827": "Danone",
    "8902080364": "Mountain Dew", "8902579": "Frooti", "8901144311": "Tilda", "8901161": "Qilla",
}

# Brands recognised inside the recorded names.
NAMED_BRANDS = (
    "Aashirvaad", "Alpenliebe", "Amrutanjan", "Amul", "Bonibon", "Bournville", "Bournvita", "Cafe Roma", "Candyman",
    "Centre Fruit", "Chericof", "Dairy Milk", "Dark Fantasy", "Delishus", "Diabliss", "Doritos", "Everest", "Fanta",
    "Girnar", "Golden Victoria", "Happydent", "Horlicks", "Kinder", "Knorr", "Limca", "Meswak", "Milkybar", "Modern",
    "Mom's Magic", "Oreo", "Parachute", "Pass Pass", "Perk", "Priya", "Protinex", "Quaker", "Raw Pressery", "Rooh Afza",
    "Sofit", "Sprite", "Sundrop", "Sunfeast", "Taj Mahal", "Telephone Brand", "Typhoo", "Vandevi", "Wai Wai",
)

NAMES = {
    "8900200025556": "Venga Calorie Balance Lemon Infusion", "8901001555082": "Sweet Mango Chutney",
    "8901001555174": "Papadums Green Chilli", "8901001555990": "Papadums Plain",
    "8901030421501": "Cassatta Frozen Dessert",
    "8901030251504": "Taj Mahal Exclusive Selection Tea", "8901030461224": "Chinese Manchurian Soup Mix",
    "8901030530333": "Knorr Cup-a-Soup Manchow Veg", "8901030624247": "Taj Mahal Tea Leaf",
    "8901035056845": "Golden Victoria Digestive Infusion", "8901037010913": "Girnar Cardamom Saffron Chai Premix",
    "8901037255369": "Masala Chai Premix", "8901042954622": "MTR Instant Badam Drink Mix",
    "8901042954639": "MTR Dhokla Mix", "8901042956183": "MTR Alu Muttar Ready Meal",
    "8901042956275": "MTR Paneer Makhani Ready Meal", "8901042956800": "MTR Vegetable Pulao Ready Meal 250 g",
    "8901042957098": "MTR Kadhi Pakora Ready Meal", "8901042957319": "MTR Paneer Butter Masala Ready Meal 300 g",
    "8901042957517": "MTR Dal Makhani Black Lentil Curry Ready Meal", "8901042958361": "MTR Idli Dosa Chilli Chutney Powder",
    "8901042959191": "MTR Paneer Tikka Masala Ready Meal", "8901042959870": "MTR Gulab Jamun Mix",
    "8901047011368": "Classic White Basmati Rice", "8901047012167": "Long Grain Basmati Rice",
    "8901047816192": "Bombay Potatoes Ready Meal", "8901047816222": "Chana Masala Ready Meal",
    "8901057510028": "Stapler Pins", "8901058844627": "Cerelac Baby Cereal",
    "8901058844894": "Maggi Rich Tomato Ketchup Pichkoo", "8901058849127": "Nescafe Cappuccino Coffee Premix",
    "8901058851304": "Maggi Masala Noodles Double Pack", "8901058856446": "Maggi Noodles",
    "8901058858860": "Maggi Atta Noodles Masala", "8901058859331": "Milkybar Choo Mix Fruit Toffee",
    "8901058859737": "Nestle Nan Infant Milk Food", "8901063004092": "Good Day Choco Chip Cookies",
    "8901719103520": "Cheeselings Classic Crackers", "8901719103667": "Magix Elaichi Biscuits", "8901719100956": "Parle Assorted Biscuits", "8901719104640": "Parle-G Biscuits",
    "8901719106828": "Parle Moong Dal Namkeen 400 g", "8901719107092": "Cheeselings Classic Crackers",
    "8901719107474": "Fab Bourbon Biscuits", "8901719255144": "Parle-G Biscuits",
    "8901719404115": "Happy Happy Choco Chips Cookies", "8901719703034": "Krack Jack Biscuits", "8901725121198": "Aashirvaad Atta",
    "8901725132859": "Dark Fantasy Choco Fills Cookies", "8901725133511": "Bounce Cream Biscuits",
    "8901725135485": "Mom's Magic Cookies", "8901725136031": "Delishus Gourmet Nuts and Raisins Cookies",
    "8901725136048": "Mom's Magic Nut Biscotti Cookies", "8901725142490": "Candyman FruiteeFun Candy",
    "8901725170325": "Rajma Masala Red Kidney Beans Ready Meal", "8901725198558": "Mad Angles Achaari Masti Puffs",
    "8901763080013": "Symphony Chocolate Biscuits", "8901764022807": "Fanta Soft Drink", "8901764031106": "Sprite Soft Drink",
    "8901764052408": "Limca Soft Drink", "8902268004580": "Romanzo Choco Filled Cookies",
    "8901063016613": "Britannia 50-50 Biscuits", "8901063016712": "50-50 Sweet and Salt Biscuits",
    "8901063093355": "Good Day Rich Cashew Cookies", "8901063136489": "Nutty Butter Cookies",
    "8901063139206": "Bourbon Biscuits", "8901063142022": "Britannia NutriChoice Digestive Biscuits",
    "8901063401457": "Britannia Cheese", "8901071301022": "Sofit Soya Milk", "8901088000451": "Parachute 100% Pure Coconut Oil",
    "8901090212323": "Cafe Roma Coffee", "8901123005397": "Choco Pie Cake", "8901138507091": "Himalaya Chyavanaprasha 500 g",
    "8901138831523": "Triphala Bowel Wellness Churna", "8901138834234": "Karela Wellness Churna",
    "8901144311002": "Tilda Basmati Rice 1 kg", "8901153970634": "Chinese Chilli Masala Oats",
    "8901155102217": "Gits Rice Idli Mix 200 g", "8901155103320": "Gits Dosai Mix", "8901155109216": "Gits Rava Idli Mix",
    "8901155110328": "Gits Rava Dosa Mix", "8901155402317": "Gits Dal Makhani Ready Meal",
    "8901155410312": "Gits Palak Paneer Ready Meal 285 g", "8901155426313": "Gits Matar Paneer Ready Meal",
    "8901155443310": "Gits Veg Pulao Ready Meal", "8901161105127": "Qilla Premium Basmati Rice",
    "8901192000101": "Catch Sprinklers Table Salt", "8901192205100": "Catch Chat Masala 100 g",
    "8901207005527": "Dabur Honey Squeezy", "8901207013973": "Dabur Ratnaprash Chyawanprash",
    "8901207018268": "Meswak Toothpaste", "8901207025716": "Dabur Chyawanprash",
    "8901207035364": "Dabur Honey", "8901207900631": "Dabur Chyawanprash", "8901207900648": "Dabur Chyawanprash",
    "8901233011202": "Oreo Biscuits", "8901233018362": "Bournvita Malt Drink", "8901233020341": "Bournvita Malt Drink",
    "8901233021645": "Bournville Dark Chocolate", "8901233021942": "Dairy Milk Silk Chocolate 60 g",
    "8901233023687": "Fuse Chocolate", "8901233024042": "Perk Chocolate Wafer", "8901233030272": "Perk Chocolate Wafer",
    "8901233025957": "Marvellous Creations Jelly Popping Candy Chocolate", "8901233031309": "Chocolate Coated Wafer Layers",
    "8901233034263": "Dairy Milk Silk Roast Almond Chocolate", "8901259060321": "Fusilli Pasta",
    "8901296200674": "Chericof Herbal Syrup Cherry", "8901304292837": "Kakaji Namkeen",
    "8901389050209": "Pass Pass Pulse Candy", "8901389050216": "Pulse Candy", "8901393005493": "Happydent Complete Chewing Gum",
    "8901393012156": "Alpenliebe Just Jelly Strawberry Candy", "8901393016147": "Centre Fruit Chewing Gum",
    "8901393017045": "Bonibon Chocolate Buttons", "8901393017076": "Sourbelt Candy",
    "8901414000117": "Bikano Bhujia", "8901414001862": "Bikano Soan Papdi", "8901414004467": "Bikano Bikaneri Bhujia",
    "8901422000253": "Musaji Namkeen", "8901441010912": "Lijjat Plain Lentil Papad",
    "8901441011018": "Lijjat Papad Black Pepper 200 g", "8901441011117": "Lijjat Roasted Plain Papad",
    "8901441013012": "Lijjat Papad Red Chilli 200 g", "8901441017010": "Lijjat Punjabi Masala Papad",
    "8901453000024": "Rooh Afza Sharbat", "8901491101837": "Lays Classic Salted Chips", "8901491102902": "Lays Spanish Tomato Tango Chips",
    "8901491103787": "Porridge Oat Flakes", "8901491103794": "Quaker Oats", "8901491503051": "Lays West Indies Hot 'n' Sweet Chilli Chips",
    "8901491981552": "Lays Chile Limon Chips", "8901491990080": "Doritos Nacho Cheese Chips",
    "8901499008138": "Kellogg's Chocos Duet Cereal", "8901499008183": "Kellogg's Corn Flakes", "8901499009494": "Kellogg's Oats Mango Strawberry",
    "8901499009623": "Kellogg's Chocos Fills Cereal", "8901537006027": "Daawat Rice", "8901537006140": "Daawat Basmati Rice",
    "8901537006164": "Daawat Rozana Basmati Rice", "8901537025134": "Daawat Indian White Basmati Rice",
    "8901537075146": "Daawat Sella 1121 Basmati Rice", "8901552000680": "Ashoka Mixed Pickle 500 g",
    "8901552005081": "Shashi Rajma Ready Meal", "8901552011600": "Ashoka Bombay Biryani Ready Meal",
    "8901552021371": "Ashoka Palak Paneer Tofu Ready Meal", "8901552021388": "Ashoka Paneer Tofu Makhani Ready Meal",
    "8901552021449": "Ashoka Shahi Methi Matar Ready Meal 280 g", "8901552021456": "Ashoka Bombay Pav Bhaji Ready Meal",
    "8901552021463": "Ashoka Dum Aloo Ready Meal", "8901552021470": "Ashoka Dal Tadka Ready Meal",
    "8901552021487": "Ashoka Shahi Navratan Korma Vegan Ready Meal 280 g", "8901552022057": "Ashoka Achari Aloo Ready Meal",
    "8901552023443": "Ashoka Rajma Pulao Ready Meal", "8901552025287": "Ashoka Butter Chicken Sauce Paste",
    "8901552006637": "Ashoka Peeled Ginger Paste", "8901552019392": "Ashoka Madras Spicy Poppadums",
    "8901571000098": "Horlicks Original Malt Drink Jar", "8901595963461": "Ching's Manchow Instant Noodles",
    "8901652140538": "Cheez Bit Crackers", "8901652140583": "Puff Choco Vanilla Sandwich Biscuits",
    "8901681085398": "Indian-style Quinoa and Bulgur Ready Meal", "8901764092206": "Mango Fruit Drink",
    "8901764239809": "Mixed Fruit Drink", "8901777404126": "Frozen Paratha", "8901792002680": "Soya Chunks",
    "8901803001190": "Amrutanjan Balm", "8901888040183": "Dabur Real Juice Orange", "8901972058353": "Biscuit'bo Biscuits",
    "8902049000022": "Kesar Mango Pulp", "8902080011261": "Guava Delight Fruit Drink", "8902080364596": "Mountain Dew Soft Drink",
    "8902167000331": "MDH Ghana Dal Masala", "8902167000065": "MDH Chunky Chat Masala", "8902167000584": "MDH Pulao Masala",
    "8902167001109": "MDH Arhar Dal Masala Powder 100 g", "8902268002753": "Yummy Orange Sandwich Biscuits",
    "8902301820764": "Butter Chicken Curry Paste", "8902301820788": "Lamb Rogan Josh Curry Paste",
    "8902351111119": "Mini Snak Salted Crackers", "8902351222389": "Patanjali Doodh Biscuits",
    "8902579100025": "Frooti Mango Drink", "8902579103170": "Frooti Mango Drink", "8902610240048": "Thyme Herbal Infusion",
    "8904004400069": "Haldiram's Bhujia Sev", "8904004400762": "Haldiram's Aloo Bhujia", "8904004401134": "Haldiram's Khatta Meetha Mix 400 g",
    "8904004402025": "Haldiram's All In One Mixture", "8904004403718": "Haldiram's Moong Dal", "8904004403725": "Haldiram's Moong Dal",
    "8904006291016": "Minees Rich and Creamy Toffee", "8904006291023": "Minees Rich and Creamy Toffee",
    "8904006291030": "Minees Rich and Creamy Toffee", "8904006291047": "Minees Toffee",
    "8904013071007": "Telephone Brand Sat-Isabgol", "8904013072004": "Telephone Brand Sat-Isabgol",
    "8904043552347": "Modern Sandwich Supreme Bread", "8904049650597": "Alishaan Long Grain Rice",
    "8904063200013": "Haldiram's Aloo Bhujia 200 g", "8904063200020": "Haldiram's All In One Mixture",
    "8904063200044": "Haldiram's Panchrattan Mixture", "8904063200136": "Haldiram's Masala Moong Dal Salty",
    "8904063200143": "Haldiram's Masala Moong Dal 200 g", "8904063200150": "Haldiram's Hara Chiwda",
    "8904063200167": "Haldiram's Dry Fruit Kaju Mixture", "8904063200341": "Haldiram's Bhel Puri", "8904063210029": "Haldiram's Rasgulla",
    "8904063200402": "Haldiram's Mung Bean and Nut Stuffed Triangle Samosa",
    "8904063200457": "Haldiram's Chana Dal Namkeen 200 g", "8904063200464": "Haldiram's Boondi Plain 200 g",
    "8904063200976": "Haldiram's Navrattan Mixture", "8904063205001": "Haldiram's Soan Papdi Desi Ghee 500 g",
    "8904063230546": "Haldiram's Fried Ladies Finger Ready Meal", "8904063230959": "Haldiram's Minute Khana Hyderabadi Biryani Ready Meal",
    "8904063231253": "Haldiram's Minute Khana Dilli Style Dal Makhani Ready Meal", "8904063234254": "Haldiram's Minute Khana Mutter Paneer Ready Meal",
    "8904063235251": "Haldiram's Dilli Style Rajma Raseela Ready Meal", "8904063237255": "Haldiram's Kadhi Pakoda Ready Meal",
    "8904063252340": "Haldiram's Kaju Katli", "8904063255518": "Haldiram's Whoopies Cheese Puffs", "8904063258762": "Haldiram's Takatak Puffs",
    "8904063259141": "Haldiram's Snac Lite Chips", "8904063281135": "Haldiram's Frozen Aloo Paratha", "8904063281616": "Haldiram's Paneer Makhani Ready Meal",
    "8904064622906": "Lemon Pickle", "8904073310085": "Frozen Raw Shrimp", "8904073310511": "Frozen Cooked Shrimp",
    "8904083300854": "Pomegranate Juice", "8904083512035": "24 Mantra Organic Ginger Garlic Paste",
    "8904084100729": "Amla Juice 750 ml", "8904084100736": "Aloe Vera Juice 750 ml", "8904109410093": "Patanjali Cream Feast Milk Vanilla Biscuits",
    "8904110025163": "Genereux Oil", "8904113900177": "Eggless Choco Chip Cake", "8904132907829": "Pure Grade Honey",
    "8904186402158": "Noni Juice Concentrate", "8904209302014": "Tandoori Chicken Masala", "8904245400477": "Nag Champa Incense Agarbatti 15 g",
    "8904246910371": "Lays Potato Chips", "8904258700984": "Raw Pressery Life Plus Fruit Juice", "8904583423022": "Parmesan Oven-baked Crackers",
    "8904787201723": "Spicy Masala Noodles Khakhra", "8905618000218": "Frozen Porotta", "8906000593479": "Basmati Rice Classic",
    "8906000600641": "Long Grain Premium Basmati Rice", "8906001051367": "Mother's Recipe Red Stuffed Chilli Pickle",
    "8906001052944": "Mother's Recipe Ginger Garlic Paste", "8906001053088": "Mother's Recipe Chicken Tikka Masala",
    "8906001056379": "Mother's Recipe Ginger Garlic Paste", "8906001056867": "Mother's Recipe Madras Curry Powder 250 g",
    "8906001056874": "Mother's Recipe Palak Paneer Ready Meal", "8906001057949": "Mother's Recipe Mutter Paneer Ready Meal",
    "8906001140726": "Funza Multigrain Chips Peri Peri", "8906001141006": "Mysore Royal Coffee", "8906002348169": "Poha Mota",
    "8906005501059": "Bikaji Goldy Moong Dal Namkeen 200 g", "8906005503350": "Bikaji Methi Para Namkeen", "8906005504111": "Bikaji Soan Papdi",
    "8906006330726": "Acti-lite Refined Soyabean Oil", "8906009077475": "Assorted Biscuits", "8906009800820": "Strawberry Cream Roll Cake",
    "8906010500139": "Wafer Chips", "8906010500559": "Mung Dal Namkeen", "8906010501419": "Poprings Corn Puffs",
    "8906010554118": "Best Select Rice", "8906012510143": "Rice Bran Oil", "8906013030015": "Wai Wai Instant Noodles",
    "8906016420073": "Groundnut Chikki", "8906016420226": "Peanut Caramel Chikki Cubes", "8906017290125": "Vedica Mineral Water",
    "8906018383048": "Butter Delite Cookies", "8906018992042": "Yelele Candy", "8906019561186": "Indian Aperitif Snack Mixture",
    "8906019566013": "Farali Peanut Cookies", "8906020491175": "Mysore Pak", "8906020580015": "Idly and Dosa Batter Mix",
    "8906021120296": "Aachi Biryani Masala", "8906021122023": "Aachi Lime Pickle 300 g", "8906026911110": "Khadi Organic Coconut Oil 250 g",
    "8906026995028": "Brimune Aloe Vera Juice 500 ml", "8906030680422": "Fryums Masala Papad", "8906033260508": "Kundaly Organic Tea",
    "8906038783903": "Organic Coconut Oil", "8906040371631": "Basmati Rice Aged", "8906042351877": "Vegetarian Gelatin Dessert Mix",
    "8906044441231": "Fennel Fusion Dark Chocolate", "8906044469013": "Vandevi Hing Powder 50 g", "8906044469020": "Vandevi Asafoetida Hing",
    "8906046143775": "Golden Chai Latte Tea Premix", "8906048500835": "Protinex Malt Drink", "8906050450470": "Premium Gur Rewari",
    "8906051301047": "Trikatu Churna", "8906059372131": "Brown Bread", "8906059701467": "Frozen Garlic Naan", "8906070441106": "Sukha Lemon Bhel",
    "8906070864028": "Assorted Chikki", "8906074821461": "Bitterly Osmania Biscuits", "8906078770000": "Peanut Butter Classic",
    "8906080600982": "Mango Juice Drink", "8906088280025": "Wagga Wagga Chips", "8906094860006": "Cashew Blueberry Cereal Bar",
    "8906104470072": "Sattviko Namkeen", "8907316000606": "Kolhapuri Murmura Puffed Rice", "8907392000057": "Organic Moringa Powder",
    "8907392002549": "Curcumin Wellness Churna", "8907392002556": "Vegetal Herbal Infusion", "8907525020181": "Fanta Orange Soft Drink",
    "8908000080157": "Mr. Fresh Mixed Fruit Drink", "8908000640931": "Frozen Cooked Shrimps Tail Off", "8908000668256": "L'Or Blanc des Maharajas Basmati Rice",
    "8908000998827": "Danone Sweet Lassi", "8908001246873": "Corn Curls", "8908001658218": "Qua Mineral Water", "8908001700184": "Pasteurized Toned Milk",
    "8908002026467": "Jeera Special Cookies", "8908002717204": "Kandhe Poe Poha Mix", "8908003086040": "Green Tea Leaf",
    "8908003115979": "Karachi Cashew Biscuits", "8908003545004": "Diabliss Cane Sugar 500 g", "8908004415177": "Marco Crunchy Peanut Butter",
    "8908004415641": "Smooth Peanut Butter", "8908005144342": "Breakfast Protein Cereal Bar Apple Cinnamon", "8908008772030": "Coconut Crunches Chips",
    "8908009670014": "OMG! Oh My Ganna Ginger Groove Sugarcane Juice", "8908009670021": "OMG! Oh My Ganna Cumin Crush Sugarcane Juice",
    "8908010453040": "In Dia Digestive Infusion", "8908011154007": "Eggee White Eggs", "8909500188640": "Kinder Maxi Chocolate 20 Bars 420 g",
    "8902979052382": "Vanilla Milkshake", "8903059608277": "Soan Papdi", "8904067709529": "Banana Chips", "8908010673233": "Banana Chips",
    "8904084100439": "Karela Juice", "8904084100491": "Aloe Panch Tulsi Juice", "8901792000167": "Roasted Curry Powder",
}

# Recorded ingredients that are not a readable English list.
BAD_INGREDIENTS = {
    "8901037010913", "8901030421501",
    "8901001555174", "8901035056845", "8901047012167", "8901058851304", "8901063016613", "8901063139206",
    "8901155102323", "8901155103320", "8901155410312", "8901161105127", "8901192205100", "8901414015609",
    "8901537025127", "8901537025134", "8901537075146", "8901552011600", "8901552015363", "8901571000098",
    "8901719106828", "8901786165001", "8902301820764", "8902301820788", "8904063200020", "8904063200341",
    "8904063200419", "8904084100729", "8904084100736", "8904230395238", "8906001056379", "8906005501059",
    "8906009800820", "8906010554118", "8906021120432", "8906021122023", "8906026911110", "8906033745050",
    "8906042351877", "8906048500835", "8906051301047", "8906104470072", "8907316003942", "8907525020181",
    "8908003545004", "8908004415177", "8908004415641", "8904787201723", "8901233021645"
}


class Kind(NamedTuple):
    pattern: str
    path: str
    code: str
    hsn: str
    diet: str
    days: int
    storage: str
    price: float  # rupees per 100 g or ml, or per piece
    packs: str


DRY = "Store in a cool, dry place"
ROOM = "Store at room temperature away from direct sunlight"
CHILL = "Keep refrigerated below 5 C"
FROZEN = "Keep frozen at or below -18 C"

READY = "Breakfast & Instant Foods > Instant Meals > Ready Meals"
MIXTURE = "Snacks & Namkeen > Namkeen > Mixtures & Dal Namkeen"
BISCUITS = "Bakery > Biscuits > Biscuits, Rusks & Crackers"
JUICE = "Beverages > Cold & Health Drinks > Juices & Fruit Drinks"
AYURVEDA = "Personal Care > Health & Hygiene > Ayurveda & Wellness"
CANDY = "Sweets & Mithai > Chocolates & Desserts > Candy & Gum"
SAUCES = "Spices & Masalas > Condiments > Sauces & Pastes"
DESSERTS = "Sweets & Mithai > Chocolates & Desserts > Baking & Dessert Mixes"

KINDS = tuple(Kind(*row) for row in (
    ("stapler", "Household > Home Needs > Pest Control & Utility", "UTIL", "83052000", "", 1825, ROOM, 1.5, "20 pc"),
    ("agarbatti|incense", "Household > Home Needs > Pooja Needs", "POOJ", "33074100", "", 1095, DRY, 150, "15 g"),
    ("toothpaste", "Personal Care > Health & Hygiene > Oral Care", "ORAL", "33061020", "", 730, ROOM, 75, "100 g,200 g"),
    ("chya[wv]ana?prash|ratnaprash|churna|triphala", AYURVEDA, "AYUR", "30049011", "VEG", 730, ROOM, 45, "250 g,500 g,1 kg"),
    ("balm", AYURVEDA, "AYUR", "30049011", "", 1095, ROOM, 480, "9 g,27 g"),
    ("herbal syrup", AYURVEDA, "AYUR", "30049011", "VEG", 730, ROOM, 95, "100 ml"),
    ("isabgol", AYURVEDA, "AYUR", "12119032", "VEGAN", 1095, DRY, 110, "100 g,200 g"),
    ("moringa", AYURVEDA, "AYUR", "12119099", "VEGAN", 730, DRY, 160, "100 g"),
    ("infant milk", "Baby Care > Baby Food > Cereals & Milk Food", "BFOD", "04021020", "VEG", 540, DRY, 190, "400 g"),
    ("baby cereal", "Baby Care > Baby Food > Cereals & Milk Food", "BFOD", "19011090", "VEG", 365, DRY, 98, "300 g"),
    ("ready meal", READY, "REDY", "21069099", "VEG", 540, ROOM, 40, "285 g,300 g"),
    ("frozen.*(shrimp|prawn)", "Meat & Fish > Seafood > Prawns & Shellfish", "PRWN", "03061720", "NON_VEG", 540, FROZEN, 95, "250 g,500 g"),
    (r"paratha|porotta|naan\b", "Frozen > Frozen Foods > Parathas & Breads", "FPAR", "190590", "VEG", 270, FROZEN, 26, "400 g"),
    ("frozen dessert|ice cream", "Frozen > Frozen Foods > Ice Cream & Kulfi", "ICEC", "21050000", "VEG", 365, FROZEN, 40, "150 ml,500 ml"),
    ("basmati", "Staples > Rice > Basmati Rice", "RICE", "10063020", "VEGAN", 720, DRY, 17, "1 kg,5 kg"),
    ("atta$", "Staples > Flours & Grains > Atta & Flours", "ATTA", "11010000", "VEGAN", 120, DRY, 6.2, "1 kg,5 kg"),
    ("murmura|poha mota", "Staples > Rice > Regular Rice & Poha", "RGRC", "19041020", "VEGAN", 270, DRY, 12, "250 g,500 g"),
    ("poha mix|batter", "Breakfast & Instant Foods > Breakfast > Breakfast Mixes", "BMIX", "21069099", "VEGAN", 90, DRY, 18, "200 g,500 g"),
    ("gulab jamun mix|gelatin", DESSERTS, "BAKE", "21069099", "VEG", 270, DRY, 55, "200 g"),
    (r"(idli|dosa|dosai|dhokla)\b.* mix", "Breakfast & Instant Foods > Breakfast > Breakfast Mixes", "BMIX", "21069099", "VEGAN", 270, DRY, 38, "200 g,500 g"),
    ("soya chunks", "Breakfast & Instant Foods > Breakfast > Breakfast Mixes", "BMIX", "21061000", "VEGAN", 365, DRY, 22, "200 g,1 kg"),
    ("noodles khakhra|khakhra|khakhara", "Snacks & Namkeen > Crisps & Papad > Khakhra & Roasted Snacks", "KHAK", "19059090", "VEGAN", 120, DRY, 32, "200 g"),
    ("fried rice|jasmine rice|rice$", "Staples > Rice > Regular Rice & Poha", "RGRC", "10063090", "VEGAN", 540, DRY, 11, "1 kg,5 kg"),
    ("corn flour", DESSERTS, "BAKE", "11081200", "VEGAN", 365, DRY, 30, "100 g,500 g"),
    ("cocoa", DESSERTS, "BAKE", "18050000", "VEGAN", 365, DRY, 140, "100 g"),
    ("chocolate flavou?red syrup", DESSERTS, "BAKE", "18069090", "VEG", 365, ROOM, 35, "623 g"),
    ("pulp", DESSERTS, "BAKE", "08045040", "VEGAN", 540, ROOM, 22, "450 g,850 g"),
    ("noodle|wai wai", "Breakfast & Instant Foods > Instant Meals > Noodles, Pasta & Soups", "NOOD", "19023010", "VEG", 270, DRY, 22, "70 g,140 g,280 g"),
    ("pasta|fusilli|fisilli|penne", "Breakfast & Instant Foods > Instant Meals > Noodles, Pasta & Soups", "NOOD", "19021900", "VEGAN", 540, DRY, 19, "500 g"),
    ("soup", "Breakfast & Instant Foods > Instant Meals > Noodles, Pasta & Soups", "NOOD", "21041010", "VEG", 365, DRY, 105, "45 g,50 g"),
    ("coffee", "Beverages > Tea & Coffee > Coffee", "COFF", "21011120", "VEGAN", 540, DRY, 260, "50 g,100 g"),
    ("chai|tea mix|chai tea|premix", "Beverages > Tea & Coffee > Tea", "TEA", "21012090", "VEG", 365, DRY, 55, "140 g,200 g"),
    ("infusion", "Beverages > Tea & Coffee > Green & Herbal Tea", "GTEA", "12119099", "VEGAN", 720, DRY, 190, "40 g,50 g"),
    ("green tea", "Beverages > Tea & Coffee > Green & Herbal Tea", "GTEA", "09021020", "VEGAN", 720, DRY, 160, "50 g,100 g"),
    ("ice tea", JUICE, "JUIC", "22029990", "VEGAN", 270, ROOM, 12, "330 ml,1 l"),
    (r"\btea\b|tea bags|tea leaf", "Beverages > Tea & Coffee > Tea", "TEA", "09023020", "VEGAN", 720, DRY, 62, "250 g,500 g"),
    ("malt drink|badam drink", "Beverages > Cold & Health Drinks > Milk & Malt Drinks", "MALT", "19019090", "VEG", 365, DRY, 62, "200 g,500 g"),
    ("milkshake", "Beverages > Cold & Health Drinks > Milk & Malt Drinks", "MALT", "22029930", "VEG", 120, CHILL, 20, "200 ml"),
    ("soya ?milk", "Dairy & Eggs > Milk & Curd > Milk", "MILK", "22029910", "VEGAN", 180, ROOM, 15, "200 ml,1 l"),
    ("toned milk", "Dairy & Eggs > Milk & Curd > Milk", "MILK", "04012000", "VEG", 3, CHILL, 5.9, "500 ml,1 l"),
    (r"\blassi\b|yogh?urt", "Dairy & Eggs > Milk & Curd > Curd, Lassi & Cream", "CURD", "04032000", "VEG", 15, CHILL, 30, "90 g,180 g"),
    ("sharbat", "Beverages > Cold & Health Drinks > Syrups & Sharbat", "SYRP", "21069011", "VEGAN", 730, ROOM, 21, "750 ml"),
    ("mineral water|water$", "Beverages > Cold & Health Drinks > Soft Drinks & Water", "SODA", "22011010", "VEGAN", 365, ROOM, 4.5, "500 ml,1 l"),
    ("soft drink", "Beverages > Cold & Health Drinks > Soft Drinks & Water", "SODA", "22021010", "VEGAN", 180, ROOM, 6, "250 ml,750 ml,2 l"),
    ("sugarcane juice|noni|aloe|amla|karela juice|pomegranate|real juice|100% orange|pressery", JUICE, "JUIC", "20098990", "VEGAN", 270, ROOM, 20, "500 ml,750 ml,1 l"),
    ("juice|fruit drink|mango drink|frooti|mixed fruit drink", JUICE, "JUIC", "22029920", "VEGAN", 180, ROOM, 10, "200 ml,600 ml,1 l"),
    ("peanut butter", "Breakfast & Instant Foods > Breakfast > Honey, Jams & Spreads", "SPRD", "20081100", "VEGAN", 365, ROOM, 45, "340 g,510 g,1 kg"),
    ("honey oatmeal", "Bakery > Biscuits > Cookies", "COOK", "19053100", "VEG", 180, DRY, 40, "75 g,150 g"),
    (r"honey$|honey squeezy|kashmir honey", "Breakfast & Instant Foods > Breakfast > Honey, Jams & Spreads", "SPRD", "04090000", "VEG", 540, ROOM, 44, "250 g,500 g"),
    (r"\bjam\b", "Breakfast & Instant Foods > Breakfast > Honey, Jams & Spreads", "SPRD", "20079990", "VEGAN", 365, ROOM, 38, "200 g,500 g"),
    ("sugar", "Staples > Pantry > Sugar, Salt & Jaggery", "SUGR", "17019990", "VEGAN", 730, DRY, 30, "500 g"),
    ("salt$", "Staples > Pantry > Sugar, Salt & Jaggery", "SUGR", "25010010", "VEGAN", 730, DRY, 22, "100 g"),
    ("coconut oil", "Oils & Ghee > Cooking Oils & Ghee > Cold Pressed & Speciality Oils", "COIL", "15131900", "VEGAN", 540, ROOM, 42, "250 ml,500 ml"),
    ("olive oil", "Oils & Ghee > Cooking Oils & Ghee > Cold Pressed & Speciality Oils", "COIL", "15092000", "VEGAN", 540, ROOM, 110, "500 ml,1 l"),
    ("rice bran oil", "Oils & Ghee > Cooking Oils & Ghee > Refined Oils", "ROIL", "15159040", "VEGAN", 270, ROOM, 16.5, "1 l"),
    (r"oil$", "Oils & Ghee > Cooking Oils & Ghee > Refined Oils", "ROIL", "15079010", "VEGAN", 270, ROOM, 15, "1 l"),
    (r"pure ghee", "Oils & Ghee > Cooking Oils & Ghee > Ghee & Vanaspati", "GHEE", "04059020", "VEG", 270, ROOM, 66, "500 ml,1 l"),
    ("butter$", "Dairy & Eggs > Butter, Paneer & Eggs > Butter, Cheese & Paneer", "CHES", "04051000", "VEG", 365, CHILL, 58, "100 g,500 g"),
    ("britannia cheese", "Dairy & Eggs > Butter, Paneer & Eggs > Butter, Cheese & Paneer", "CHES", "04063000", "VEG", 270, CHILL, 70, "200 g"),
    ("white eggs", "Dairy & Eggs > Butter, Paneer & Eggs > Eggs", "EGGS", "04072100", "EGG", 21, CHILL, 8.5, "6 pc"),
    ("chaat masala|chat masala|masala$|curry powder|curry masala|65 masala|piri piri|mixed herbs|chutney powder|kitchen king|biryani pulav|masala powder", "Spices & Masalas > Spices > Masala Blends", "MASA", "09109100", "VEGAN", 540, DRY, 68, "50 g,100 g"),
    ("hing|asafoetida", "Spices & Masalas > Spices > Ground Spices", "GSPC", "13019013", "VEGAN", 540, DRY, 190, "50 g,100 g"),
    ("ketchup", SAUCES, "SAUC", "21032000", "VEGAN", 365, ROOM, 18, "500 g,950 g"),
    ("curry paste|butter chicken sauce", SAUCES, "SAUC", "21039010", "VEG", 540, ROOM, 55, "200 g,283 g"),
    ("paste", SAUCES, "SAUC", "21039090", "VEGAN", 365, CHILL, 26, "200 g,300 g"),
    ("pickle", "Spices & Masalas > Condiments > Pickles & Chutneys", "PICK", "20019000", "VEGAN", 540, ROOM, 30, "300 g,500 g"),
    ("chutney", "Spices & Masalas > Condiments > Pickles & Chutneys", "PICK", "21039090", "VEGAN", 540, ROOM, 48, "250 g,340 g"),
    ("pappad|papad|poppadum|fryums", "Snacks & Namkeen > Crisps & Papad > Papad", "PAPD", "19059040", "VEGAN", 270, DRY, 36, "200 g"),
    ("oats?( |$)|muesli|corn flakes|chocos|cereal|quaker", "Breakfast & Instant Foods > Breakfast > Cereals & Oats", "CERE", "19041010", "VEG", 300, DRY, 42, "300 g,500 g"),
    ("crunchy muesli", "Breakfast & Instant Foods > Breakfast > Cereals & Oats", "CERE", "19042000", "VEG", 300, DRY, 55, "400 g"),
    ("wafer(?! chips)|dark chocolate|silk|fuse|bonibon|kinder|popping candy chocolate|bournville", "Sweets & Mithai > Chocolates & Desserts > Chocolates", "CHOC", "18069010", "VEG", 270, "Store below 25 C", 100, "24 g,40 g,60 g"),
    ("gum$", CANDY, "CNDY", "17041000", "VEG", 365, DRY, 110, "30 g"),
    ("chikki|groundnut sweets|rewari", "Sweets & Mithai > Mithai > Chikki & Gajak", "CHIK", "17049090", "VEGAN", 180, DRY, 40, "100 g,200 g"),
    ("candy|toffee|pulse|jelly|sourbelt", CANDY, "CNDY", "17049020", "VEG", 365, DRY, 45, "100 g,200 g"),
    ("soan papdi|span papdi|kaju kat|rasgulla|gulab jamun|mysore ?pak|peda", "Sweets & Mithai > Mithai > Traditional Mithai", "MITH", "21069099", "VEG", 180, ROOM, 48, "250 g,500 g"),
    ("bread", "Bakery > Breads & Cakes > Bread & Buns", "BRED", "19059090", "VEG", 6, ROOM, 12, "400 g"),
    ("mini cookie cake|eggless.*cake", "Bakery > Breads & Cakes > Cakes & Muffins", "CAKE", "19059010", "VEG", 90, ROOM, 45, "150 g,250 g"),
    ("cake$|muffin|choco pie|roll cake|ice cream sandwich", "Bakery > Breads & Cakes > Cakes & Muffins", "CAKE", "19059010", "EGG", 90, ROOM, 42, "150 g,300 g"),
    ("rusk", BISCUITS, "BISC", "19054000", "VEG", 180, DRY, 24, "200 g"),
    ("cookie", "Bakery > Biscuits > Cookies", "COOK", "19053100", "VEG", 180, DRY, 34, "100 g,200 g"),
    ("biscuit|bourbon|oreo|cracker|monaco|marie|hide|sandwich", BISCUITS, "BISC", "19053100", "VEG", 240, DRY, 22, "100 g,150 g"),
    ("banana chips", "Snacks & Namkeen > Crisps & Papad > Chips & Puffs", "CHIP", "20089999", "VEGAN", 120, DRY, 36, "150 g,200 g"),
    ("chips|lays|kurkure|doritos|nacho", "Snacks & Namkeen > Crisps & Papad > Chips & Puffs", "CHIP", "20052000", "VEG", 120, DRY, 40, "52 g,95 g"),
    ("puffs|curls|takatak", "Snacks & Namkeen > Crisps & Papad > Chips & Puffs", "CHIP", "19059030", "VEG", 120, DRY, 38, "60 g,100 g"),
    ("salted peanuts", MIXTURE, "MIXT", "20081100", "VEGAN", 180, DRY, 28, "200 g"),
    ("bhujia|sev$", "Snacks & Namkeen > Namkeen > Bhujia & Sev", "BHUJ", "21069099", "VEGAN", 180, DRY, 28, "150 g,200 g,400 g"),
    ("namkeen|mixture|mix|chiwda|bhel|moong dal|mung dal|chana dal|boondi|murukku|methi sev|mathri|samosa|all in one|kodubale", MIXTURE, "MIXT", "21069099", "VEGAN", 180, DRY, 29, "150 g,200 g,400 g"),
))


def kind_of(name: str) -> Kind | None:
    """The first kind whose pattern occurs in the name."""
    return next((kind for kind in KINDS if re.search(kind.pattern, name, re.IGNORECASE)), None)
