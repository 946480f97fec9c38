"""Commodities of the wholesale markets (mandis) that the shop sells.

Each line reads `commodity | variety | shop name | hsn | packs | low-high | note | origin days`.
`*` takes every variety of the commodity; low-high bounds the retail price in
rupees per kilogram (per piece when the packs are pieces).
"""

RETAIL_MARGIN = 1.4

PRODUCE = {
    ("Fruits & Vegetables > Vegetables > Everyday Vegetables", "VEG", 5): """
Tomato | Hybrid | Tomato Hybrid (Tamatar) | 07020000 | 500 g,1 kg | 25-80 | Firm red tomatoes for gravies and salads.
Tomato | Deshi | Tomato Desi (Tamatar) | 07020000 | 500 g,1 kg | 25-90 | Juicy, tangy local tomatoes.
Onion | Red | Onion Red (Pyaz) | 07031019 | 1 kg,2 kg,5 kg | 25-70 | Pungent red onions for everyday cooking.
Onion | Nasik | Onion Nashik (Pyaz) | 07031019 | 1 kg,5 kg | 25-75 | Well-cured bulbs from Nashik.
Onion | White | Onion White (Safed Pyaz) | 07031019 | 500 g,1 kg | 30-80 | Mild onions for salads.
Onion | Small | Sambar Onion (Shallots) | 07031020 | 250 g,500 g | 60-140 | Small sweet shallots for sambar.
Onion Green | * | Spring Onion (Hara Pyaz) | 07039000 | 250 g | 60-120 | Fresh greens with tender bulbs.
Brinjal | Round | Brinjal Round (Baingan Bharta) | 07093000 | 500 g,1 kg | 30-80 | Large brinjals for smoky bharta.
Brinjal | Round/Long | Brinjal Long (Baingan) | 07093000 | 500 g,1 kg | 30-80 | Tender long brinjals.
Brinjal | Arkasheela Mattigulla | Brinjal Mattu Gulla | 07093000 | 500 g | 40-120 | Heritage green brinjal from Udupi.
Bhindi(Ladies Finger) | Bhindi | Bhindi (Lady Finger, Okra) | 07099930 | 250 g,500 g,1 kg | 40-100 | Tender pods that snap cleanly.
Capsicum | Capsicum | Capsicum Green (Shimla Mirch) | 07096090 | 250 g,500 g | 60-140 | Crisp bell peppers.
Cabbage | Cabbage | Cabbage (Patta Gobhi) | 07049000 | 500 g,1 kg | 25-60 | Tight, crunchy heads.
Cauliflower | Cauliflower | Cauliflower (Phool Gobhi) | 07041000 | 500 g,1 kg | 35-80 | Creamy white curds.
Green Chilli | Green Chilly | Green Chilli (Hari Mirch) | 07096010 | 100 g,250 g | 60-160 | Hot fresh chillies.
Green Peas | Green Peas | Green Peas (Hari Matar) | 07081000 | 250 g,500 g | 120-260 | Sweet peas in the pod.
Cucumbar(Kheera) | Cucumbar | Cucumber (Kheera) | 07070000 | 500 g,1 kg | 25-60 | Cool, crisp cucumbers.
Mashrooms | Mashrooms | Button Mushroom (Khumb) | 07095100 | 200 g,400 g | 180-320 | Clean white buttons in a punnet.
Drumstick | Drumstick | Drumstick (Sahjan) | 07099990 | 250 g,500 g | 70-180 | Tender pods for sambar.
Pumpkin | Pumpkin | Pumpkin Yellow (Kaddu) | 07099310 | 500 g,1 kg | 25-50 | Sweet orange flesh.
Lotus Sticks | * | Lotus Stem (Kamal Kakdi) | 07099990 | 250 g,500 g | 80-180 | Crunchy stems for kofta and chips.
Banana - Green | Banana - Green | Raw Banana (Kaccha Kela) | 08031010 | 500 g,1 kg | 35-70 | For kofta, chips and poriyal.
Papaya (Raw) | * | Raw Papaya (Kaccha Papita) | 08072000 | 1 kg | 25-60 | Green papaya for salads and curries.
Jack Fruit | Jack Fruit | Raw Jackfruit (Kathal) | 08109090 | 500 g,1 kg | 35-90 | Meaty texture for curry and biryani.
""",
    ("Fruits & Vegetables > Vegetables > Gourds & Beans", "GRDB", 5): """
Bottle gourd | Bottle Gourd | Bottle Gourd (Lauki) | 07099340 | 500 g,1 kg | 25-60 | Light and cooling.
Bitter gourd | Bitter Gourd | Bitter Gourd (Karela) | 07099330 | 250 g,500 g | 45-90 | Pleasantly bitter and nutritious.
Ridgeguard(Tori) | Ridgeguard(Tori) | Ridge Gourd (Tori) | 07099390 | 500 g,1 kg | 40-80 | Soft, quick-cooking gourd.
Sponge gourd | Sponge gourd | Sponge Gourd (Gilki) | 07099390 | 500 g,1 kg | 30-70 | Tender gourd for a light sabzi.
Snakeguard | Snakeguard | Snake Gourd (Chichinda) | 07099350 | 500 g | 35-80 | Long mild gourd for kootu.
Ashgourd | Gouard | Ash Gourd (Petha) | 07099390 | 1 kg | 25-50 | For juice, sambar and petha.
Pointed gourd (Parval) | Pointed gourd (Parval) | Pointed Gourd (Parwal) | 07099390 | 250 g,500 g | 45-100 | A favourite in Bihar and Bengal.
Little gourd (Kundru) | Little gourd (Kundru) | Ivy Gourd (Kundru, Tindora) | 07099360 | 250 g,500 g | 40-90 | Small crunchy gourds.
Tinda | Tinda | Round Gourd (Tinda) | 07099390 | 500 g | 35-80 | Soft Punjabi-style gourd.
Kartali (Kantola) | * | Spine Gourd (Kantola) | 07099390 | 250 g | 90-200 | Monsoon delicacy with tiny seeds.
Chow Chow | Chow Chow | Chayote (Chow Chow) | 07099390 | 500 g | 35-80 | Mild squash for southern kootu.
Beans | Beans (Whole) | Green Beans (Farasbi) | 07082000 | 250 g,500 g | 70-140 | Tender string-free beans.
French Beans (Frasbean) | French Beans (Frasbean) | French Beans | 07082000 | 250 g,500 g | 60-130 | Slim beans for pulao and salads.
Cluster beans | Cluster Beans | Cluster Beans (Gawar Phali) | 07089000 | 250 g,500 g | 40-90 | Earthy beans rich in fibre.
Cowpea(Veg) | Cowpea (Veg) | Long Beans (Chawli) | 07082000 | 250 g,500 g | 45-100 | Yard-long tender beans.
Indian Beans (Seam) | Indian Beans (Seam) | Flat Beans (Sem Phali) | 07082000 | 250 g,500 g | 60-120 | Winter beans for undhiyu.
Green Avare (W) | Avare (W) | Hyacinth Beans (Avarekai) | 07082000 | 250 g,500 g | 60-120 | Fragrant beans from Karnataka.
""",
    ("Fruits & Vegetables > Vegetables > Leafy Greens & Herbs", "LEAF", 3): """
Spinach | Spinach | Spinach (Palak) | 07097000 | 250 g,500 g | 50-100 | Washed tender leaves.
Methi(Leaves) | * | Fenugreek Leaves (Methi) | 07099990 | 250 g | 60-140 | Aromatic leaves for thepla and aloo methi.
Coriander(Leaves) | Coriander | Coriander Leaves (Dhania) | 07099990 | 100 g,250 g | 90-220 | Fragrant fresh herb.
Mint(Pudina) | Mint(Pudina) | Mint Leaves (Pudina) | 07099990 | 100 g | 90-200 | Cool leaves for chutney and chaas.
Amaranthus | Amaranthus | Amaranth Leaves (Chaulai) | 07099990 | 250 g | 45-100 | Iron-rich red and green leaves.
Betal Leaves | Mysore | Betel Leaves (Paan) | 14049090 | 50 g | 180-400 | Glossy leaves for paan and pooja.
""",
    ("Fruits & Vegetables > Vegetables > Roots & Tubers", "ROOT", 10): """
Potato | Jyoti | Potato Jyoti (Aloo) | 07019000 | 1 kg,2 kg,5 kg | 25-50 | All-purpose potatoes.
Potato | Desi | Potato Desi (Aloo) | 07019000 | 1 kg,5 kg | 22-50 | Earthy local potatoes.
Potato | Chandermukhi | Potato Chandramukhi (Aloo) | 07019000 | 1 kg,2 kg | 30-60 | Waxy Bengal potatoes.
Potato | Red | Potato Red (Lal Aloo) | 07019000 | 1 kg,2 kg | 30-60 | Red-skinned potatoes for dum aloo.
Carrot | Carrot | Carrot Orange (Gajar) | 07061000 | 500 g,1 kg | 50-100 | Sweet crunchy carrots.
Carrot | Pusakesar | Carrot Red (Lal Gajar) | 07061000 | 500 g,1 kg | 50-100 | Winter carrots for halwa.
Beetroot | Beetroot | Beetroot (Chukandar) | 07069030 | 500 g,1 kg | 40-80 | Deep red roots for juice and salads.
Raddish | Raddish | White Radish (Mooli) | 07069020 | 500 g,1 kg | 30-60 | Peppery roots for paratha.
Turnip | Turnip | Turnip (Shalgam) | 07061000 | 500 g | 40-80 | Mild winter root.
Garlic | Garlic | Garlic (Lehsun) | 07032000 | 100 g,250 g,500 g | 160-420 | Plump, pungent cloves.
Garlic | Desi | Garlic Desi (Lehsun) | 07032000 | 100 g,250 g | 160-420 | Small strong-flavoured cloves.
Ginger(Green) | Green Ginger | Ginger (Adrak) | 09101110 | 100 g,250 g,500 g | 90-240 | Fresh juicy rhizomes.
Colacasia | Colacasia | Colocasia (Arbi) | 07144000 | 500 g,1 kg | 50-110 | Starchy roots for dry sabzi.
Sweet Potato | Hosur Red | Sweet Potato (Shakarkandi) | 07142000 | 500 g,1 kg | 45-100 | For roasting and chaat.
Elephant Yam (Suran) | Elephant Yam (Suran) | Elephant Yam (Suran, Jimikand) | 07143000 | 500 g,1 kg | 60-120 | Firm yam for fry and curry.
Yam (Ratalu) | Yam (Ratalu) | Purple Yam (Ratalu) | 07143000 | 500 g | 70-140 | Essential for undhiyu.
Tapioca | Tapioca | Tapioca Root (Kappa) | 07141000 | 1 kg | 30-70 | Kerala staple to boil or fry.
Knool Khol | Knool Khol | Kohlrabi (Ganth Gobhi) | 07049000 | 500 g | 45-90 | Crisp bulbs loved in Kashmir.
""",
    ("Fruits & Vegetables > Fruits > Everyday Fruits", "FRUIT", 6): """
Apple | Royal Delicious | Apple Royal Delicious (Seb) | 08081000 | 500 g,1 kg | 90-220 | Crisp, sweet red apples.
Apple | Simla | Apple Shimla (Seb) | 08081000 | 500 g,1 kg | 90-220 | Fragrant hill apples.
Apple | Kasmir/Shimla - II | Apple Kashmir (Seb) | 08081000 | 1 kg,2 kg | 90-220 | Orchard-fresh Kashmir apples.
Apple | Golden | Apple Golden (Seb) | 08081000 | 500 g,1 kg | 80-200 | Honeyed yellow apples.
Banana | Robusta | Banana Robusta (Kela) | 08039010 | 6 pc,12 pc | 4-7 | Everyday bananas, ripened naturally.
Banana | Nendra Bale | Banana Nendran (Kela) | 08039010 | 500 g,1 kg | 45-90 | Firm Kerala bananas for chips and steaming.
Banana | Poovan | Banana Poovan (Kela) | 08039010 | 500 g,1 kg | 50-90 | Small, tangy-sweet bananas.
Banana | Red Banana | Red Banana (Lal Kela) | 08039010 | 500 g,1 kg | 70-140 | Creamy and aromatic.
Pomegranate | Pomogranate | Pomegranate (Anar) | 08109010 | 500 g,1 kg | 110-240 | Ruby arils full of juice.
Papaya | Papaya | Papaya (Papita) | 08072000 | 1 kg | 35-70 | Sweet orange flesh.
Guava | Guava Alahabad | Guava Allahabad (Amrud) | 08045010 | 500 g,1 kg | 50-110 | Fragrant white guavas.
Grapes | Green | Grapes Green (Angoor) | 08061000 | 500 g,1 kg | 90-180 | Seedless and crisp.
Grapes | Black | Grapes Black (Kale Angoor) | 08061000 | 500 g,1 kg | 100-200 | Sweet dark grapes.
Pineapple | Pine Apple | Pineapple (Ananas) | 08043000 | 1 pc | 50-110 | A ripe, whole pineapple.
Chikoos(Sapota) | Sapota | Sapota (Chikoo) | 08109030 | 500 g,1 kg | 50-110 | Brown-sugar sweetness.
Custard Apple (Sharifa) | Custard Apple(Sharifa) | Custard Apple (Sitaphal) | 08109040 | 500 g,1 kg | 70-160 | Creamy winter fruit.
Pear(Marasebu) | Pears | Pear (Nashpati) | 08083000 | 500 g,1 kg | 80-180 | Juicy and cooling.
Plum | * | Plum (Aloo Bukhara) | 08094000 | 500 g | 90-240 | Sweet-tart stone fruit.
Jamun(Narale Hannu) | Jamun | Jamun (Java Plum) | 08109090 | 250 g,500 g | 100-240 | Purple summer fruit.
Amla(Nelli Kai) | Amla | Amla (Indian Gooseberry) | 08109090 | 250 g,500 g | 70-140 | Rich in vitamin C.
Fig(Anjura/Anjeer) | Anjura | Fresh Figs (Anjeer) | 08042010 | 250 g | 140-320 | Soft, honeyed figs.
Persimon(Japani Fal) | Persimon(Japani Fal) | Persimmon (Japani Phal) | 08107000 | 500 g | 90-220 | Sweet orange fruit from Himachal.
Mango | Totapuri | Mango Totapuri (Aam) | 08045027 | 1 kg | 50-120 | Tangy mango for slicing.
Mango | Safeda | Mango Safeda (Aam) | 08045029 | 1 kg,2 kg | 80-180 | Juicy Banganapalli-type mango.
Mango (Raw-Ripe) | Mango - Raw-Ripe | Raw Mango (Kairi) | 08045029 | 500 g,1 kg | 60-160 | Sour mango for panna and pickle.
Ber(Zizyphus/Borehannu) | * | Indian Jujube (Ber) | 08109050 | 500 g | 40-100 | Crunchy winter berry.
Tender Coconut | Tender Coconut | Tender Coconut (Nariyal Pani) | 08011910 | 1 pc,4 pc | 40-70 | Cool water and soft malai.
Coconut | Coconut | Coconut (Nariyal) | 08011910 | 1 pc,2 pc | 25-50 | Mature coconut for grating and pooja.
""",
    ("Fruits & Vegetables > Fruits > Citrus & Melons", "CITR", 8): """
Orange | Nagpuri | Orange Nagpur (Santra) | 08051000 | 500 g,1 kg | 60-140 | Loose-skinned juicy oranges.
Orange | Darjeeling | Mandarin Darjeeling (Kamala) | 08052100 | 500 g,1 kg | 80-180 | Fragrant hill mandarins.
Mousambi(Sweet Lime) | Mousambi | Sweet Lime (Mosambi) | 08055000 | 1 kg,2 kg | 45-100 | For fresh juice.
Kinnow | Kinnow | Kinnow Mandarin | 08052900 | 1 kg,2 kg | 40-100 | Punjab's juicy citrus.
Lemon | Lemon | Lemon (Nimbu) | 08055000 | 250 g,500 g | 90-220 | Thin-skinned and juicy.
Lime | Lime | Lime (Kagzi Nimbu) | 08055000 | 250 g,500 g | 70-160 | Small, aromatic limes.
Water Melon | Water Melon | Watermelon (Tarbooz) | 08071100 | 2 kg,4 kg | 18-40 | Sweet red summer melon.
Karbuja(Musk Melon) | Karbhuja | Muskmelon (Kharbuja) | 08071910 | 1 kg,2 kg | 35-80 | Perfumed orange flesh.
""",
    ("Staples > Flours & Grains > Millets & Whole Grains", "MILT", 365): """
Wheat | Sharbati | Sharbati Wheat Grain (Gehu) | 10019910 | 5 kg,10 kg | 38-70 | Golden MP wheat for home milling.
Wheat | Lokwan | Lokwan Wheat Grain (Gehu) | 10019910 | 5 kg,10 kg | 36-65 | Plump grains for soft rotis.
Bajra(Pearl Millet/Cumbu) | Deshi | Bajra Grain (Pearl Millet) | 10082920 | 1 kg,5 kg | 38-70 | Warming winter millet.
Jowar(Sorghum) | Jowar ( White) | Jowar Grain (Sorghum) | 10079000 | 1 kg,5 kg | 42-85 | White sorghum for bhakri.
Ragi (Finger Millet) | * | Ragi Grain (Nachni) | 10082930 | 1 kg | 48-90 | Calcium-rich finger millet.
Maize | Yellow | Maize Grain (Makka) | 10059011 | 1 kg,5 kg | 32-60 | Yellow corn for makki atta.
Barley (Jau) | Barley | Barley Grain (Jau) | 10039000 | 1 kg | 38-75 | Whole barley for soups and sattu.
Kodo Millet(Varagu) | Kondo | Kodo Millet (Kodra) | 10082970 | 500 g,1 kg | 90-160 | Ancient grain with a low glycaemic index.
""",
    ("Staples > Rice > Regular Rice & Poha", "RGRC", 540): """
Rice | Masuri | Masuri Rice (Chawal) | 10063090 | 5 kg,10 kg | 48-75 | Everyday medium-grain rice.
Rice | Fine | Fine Raw Rice (Chawal) | 10063090 | 5 kg,10 kg | 50-80 | Slender grains for daily meals.
Rice | Mataa Parboiled | Matta Parboiled Rice | 10063010 | 5 kg | 58-95 | Red Kerala rice.
""",
    ("Staples > Dals & Pulses > Dals", "DAL", 365): """
Arhar Dal(Tur Dal) | Arhar Dal(Tur) | Mandi Toor Dal (Arhar) | 07136000 | 1 kg,5 kg | 130-230 | Unpolished toor dal straight from the mill.
Bengal Gram Dal (Chana Dal) | Bengal Gram Dal | Mandi Chana Dal | 07132020 | 1 kg,5 kg | 85-140 | Plump split gram.
Green Gram Dal (Moong Dal) | Green Gram Dal | Mandi Moong Dal | 07133190 | 1 kg | 110-170 | Light yellow dal.
Black Gram Dal (Urd Dal) | Black Gram Dal | Mandi Urad Dal | 07133110 | 1 kg | 110-180 | White urad for idli batter.
Masur Dal | Masur Dal | Mandi Masoor Dal | 07134000 | 1 kg | 90-140 | Red lentils from central India.
Moath Dal | Moath Dal | Moth Dal (Matki) | 07133990 | 500 g,1 kg | 110-190 | For sprouts and misal.
""",
    ("Staples > Dals & Pulses > Whole Pulses", "PULS", 365): """
Kabuli Chana(Chickpeas-White) | Dollar Gram | Dollar Kabuli Chana | 07132010 | 500 g,1 kg | 130-230 | Extra-large chickpeas.
Bengal Gram(Gram)(Whole) | Desi (Whole) | Desi Chana | 07132020 | 1 kg | 80-130 | Small brown chickpeas.
Kulthi(Horse Gram) | Horse gram (Whole) | Horse Gram (Kulthi) | 07139090 | 500 g,1 kg | 85-150 | Hearty pulse for rasam and dal.
White Peas | White Peas | White Peas (Safed Vatana) | 07131090 | 500 g,1 kg | 60-110 | For ragda and chaat.
Soyabean | Yellow | Soyabean Whole | 12019000 | 1 kg | 60-110 | High-protein yellow soyabeans.
Groundnut | Bold | Groundnut in Shell (Moongphali) | 12024190 | 500 g,1 kg | 80-150 | Bold pods to roast or boil.
""",
    ("Staples > Pantry > Sugar, Salt & Jaggery", "SUGR", 365): """
Gur(Jaggery) | Yellow | Jaggery Block Yellow (Gud) | 17011410 | 500 g,1 kg | 60-110 | Mild golden jaggery.
Gur(Jaggery) | Red | Jaggery Block Dark (Gud) | 17011410 | 500 g,1 kg | 60-110 | Dark, mineral-rich jaggery.
Gur(Jaggery) | Khandsari | Khandsari Sugar | 17011420 | 500 g,1 kg | 55-110 | Unrefined sugar from cane juice.
""",
    ("Spices & Masalas > Spices > Whole Spices", "WSPC", 540): """
Cummin Seed(Jeera) | Cummin Seed(Jeera) | Unjha Jeera (Cumin) | 09093129 | 200 g,500 g | 320-560 | Bold cumin from the Unjha market.
Corriander seed | Coriander Seed | Kota Dhania (Coriander Seeds) | 09092190 | 200 g,500 g | 90-240 | Green-hued seeds from Kota.
Methi Seeds | Methiseeds | Mandi Methi Dana | 09109912 | 200 g,500 g | 75-180 | Fenugreek in value packs.
Turmeric | Finger | Turmeric Fingers (Sabut Haldi) | 09103020 | 200 g,500 g | 170-320 | Whole dried fingers for grinding.
Tamarind Fruit | Tamarind Fruit | Tamarind (Imli) | 08134010 | 250 g,500 g | 140-260 | Sour pods with little seed.
Suva (Dill Seed) | Suva (Dill Seed) | Dill Seeds (Suva) | 09109913 | 100 g,200 g | 100-260 | Aromatic digestive seeds.
Mustard | Yellow (Black) | Yellow Mustard (Pili Sarson) | 12075090 | 200 g,500 g | 90-180 | For kasundi and Bengali fish curry.
""",
}
